/** The JSON form of a network (design, section 2): fields, defaults and the range of each value on its own. */

import type * as z from "zod";
import { controlSchema, evaluationSchema, observationSchema, rewardSchema } from "./blocks_schema.ts";
import { distributionSchema } from "./distributions_schema.ts";
import { choice, either, flag, listOf, MOST_PERIODS, name, number, object, recordOf } from "./fields.ts";

/** Entities have 12 bits in a draw's address. */
const MOST_ENTITIES = 4096;

const cost = number({ min: 0 });
const quantity = number({ min: 0 });
const periods = number({ integer: true, min: 0, max: MOST_PERIODS });
const arrivals = listOf(quantity, "a list of quantities by period");

const nodeSchema = object({
  id: name(),
  price: cost.default(0),
  orderCost: cost.default(0),
  fixedOrderCost: cost.default(0),
  orderChangeCost: cost.default(0),
  holdingCost: cost.default(0),
  holdingTarget: quantity.default(0),
  backorderCost: cost.default(0),
  lostSaleCost: cost.default(0),
  unmetDemand: choice(["backorder", "lost"]).default("backorder"),
  capacity: quantity.optional(),
  maxBackorder: quantity.optional(),
  maxOrder: quantity.optional(),
  initialOnHand: quantity.default(0),
  /** By supplier id the units that arrive in periods 0, 1, 2, ...; a plain list where there is one supplier. */
  initialInTransit: either(
    Array.isArray,
    arrivals,
    recordOf(arrivals, "a list of quantities by period, or an object of such lists by supplier id"),
  ).default({}),
  demand: distributionSchema.optional(),
  demandLeadTime: periods.default(0),
  seesOrders: flag().default(false),
  allocation: choice(["fair", "proportional", "lowest-position", "priority"]).default("fair"),
  sourcing: choice(["split", "random", "available", "all"]).default("split"),
});

const arcSchema = object({
  from: name(),
  to: name(),
  leadTime: distributionSchema.default({ kind: "constant", value: 1 }),
  orderLeadTime: periods.default(0),
  share: number({ above: 0 }).default(1),
  yield: number({ min: 0, max: 1 }).default(1),
  inTransitHoldingCost: cost.default(0),
});

export const networkSchema = object({
  name: name().default("unnamed"),
  horizon: number({ integer: true, min: 1, max: MOST_PERIODS }).default(100),
  quantities: choice(["integer", "real"]).default("real"),
  nodes: listOf(nodeSchema, `a list of 1 to ${MOST_ENTITIES} nodes`, { min: 1, max: MOST_ENTITIES }),
  arcs: listOf(arcSchema, `a list of 1 to ${MOST_ENTITIES} arcs`, { min: 1, max: MOST_ENTITIES }),
  control: controlSchema.optional(),
  observation: observationSchema.optional(),
  reward: rewardSchema.optional(),
  evaluation: evaluationSchema.optional(),
}, 'an object such as {"nodes":[...],"arcs":[...]}');

/** A network as a user writes it in JSON. */
export type NetworkInput = z.input<typeof networkSchema>;

/** A network of the right shape with its defaults; nothing across fields is checked and traces may lie in files. */
export type ParsedNetwork = z.output<typeof networkSchema>;
export type ParsedNode = ParsedNetwork["nodes"][number];
