/**
 * Random supply networks for property tests. They shrink to a single node that buys outside, and stay small enough
 * that integer networks hold exact float32 integers (below 2^24) for 100 periods.
 */
import fc from "fast-check";
import {
  type Basis,
  type Distribution,
  type DistributionKind,
  type Network,
  type NetworkArc,
  type NetworkNode,
  SUPPLY,
} from "../../engine/network/types.ts";
import type { Decision } from "../reference/orders.ts";

/** Traces are eighths also where the network rounds them. Those that do not repeat last this long, so a test can run `LONGEST_RUN - 3` periods (demand lead times reach 3). */
export const LONGEST_RUN = 128;

export interface NetworkOptions {
  quantities: Network["quantities"];
  maxNodes?: number;
}

/** A multiple of 1/`parts` in [low, high], exact in float32. */
function fraction(low: number, high: number, parts: number): fc.Arbitrary<number> {
  return fc.integer({ min: low * parts, max: high * parts }).map((n) => n / parts);
}

/** Units: integers, or eighths in real networks. */
function units(integer: boolean, high: number): fc.Arbitrary<number> {
  return fraction(0, high, integer ? 1 : 8);
}

const cost = fraction(0, 10, 4);

/** A value in one of three cases, otherwise undefined. */
function sometimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  const nothing: fc.Arbitrary<T | undefined> = fc.constant(undefined);
  return fc.oneof({ withCrossShrink: true }, { weight: 2, arbitrary: nothing }, { weight: 1, arbitrary });
}

/** `{ [key]: value }`, or nothing where there is no value: optional keys are absent, not undefined. */
function optional<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : { [key]: value } as { [key in K]?: T };
}

function pair(low: number, high: number): fc.Arbitrary<{ low: number; high: number }> {
  return fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
    .map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
}

function empirical(value: fc.Arbitrary<number>): fc.Arbitrary<DistributionKind> {
  const outcome = fc.record({ value, weight: fc.integer({ min: 1, max: 9 }) });
  return fc.uniqueArray(outcome, { minLength: 1, maxLength: 5, selector: (o) => o.value }).map((outcomes) => {
    const total = outcomes.reduce((all, { weight }) => all + weight, 0);
    return {
      kind: "empirical",
      values: outcomes.map((o) => o.value),
      probabilities: outcomes.map((o) => o.weight / total),
    };
  });
}

function trace(value: fc.Arbitrary<number>): fc.Arbitrary<DistributionKind> {
  return fc.record({ pattern: fc.array(value, { minLength: 1, maxLength: 12 }), repeat: fc.boolean() })
    .map(({ pattern, repeat }) => ({
      kind: "trace",
      repeat,
      values: repeat ? pattern : Array.from({ length: LONGEST_RUN }, (_, t) => pattern[t % pattern.length]),
    }));
}

function profiled(kind: fc.Arbitrary<DistributionKind>, highest: number): fc.Arbitrary<Distribution> {
  const profile = fc.array(
    fc.oneof(fraction(0, highest, 4), fc.integer({ min: 0, max: highest * 10_000 }).map((n) => n / 10_000)),
    { minLength: 1, maxLength: 4 },
  );
  return fc.tuple(kind, sometimes(profile))
    .map(([distribution, multipliers]) => ({ ...distribution, ...optional("profile", multipliers) }));
}

/** Every kind; at most about 20 a period on average. */
function demandDistribution(integer: boolean): fc.Arbitrary<Distribution> {
  const value = units(integer, 20);
  return profiled(
    fc.oneof(
      { withCrossShrink: true },
      value.map((value): DistributionKind => ({ kind: "constant", value })),
      fraction(0, 20, 2).map((mean): DistributionKind => ({ kind: "poisson", mean })),
      pair(0, 20).map((range): DistributionKind => ({ kind: "poisson-uniform", ...range })),
      pair(0, 20).map((range): DistributionKind => ({ kind: "uniform-integer", ...range })),
      fc.record({ mean: fraction(0, 15, 4), stdDev: fraction(0, 5, 4) })
        .map((shape): DistributionKind => ({ kind: "normal", ...shape })),
      fc.record({ mean: fraction(0, 10, 2), dispersion: fraction(1, 5, 4) })
        .map((shape): DistributionKind => ({ kind: "negative-binomial", ...shape })),
      empirical(value),
      trace(fraction(0, 20, 8)),
    ),
    2,
  );
}

/** Mostly a few periods and often crossing. */
function leadTimeDistribution(): fc.Arbitrary<Distribution> {
  const value = fc.integer({ min: 0, max: 4 });
  const constant = value.map((value): DistributionKind => ({ kind: "constant", value }));
  const random = fc.oneof(
    fraction(0, 2, 4).map((mean): DistributionKind => ({ kind: "poisson", mean })),
    pair(0, 2).map((range): DistributionKind => ({ kind: "poisson-uniform", ...range })),
    pair(0, 4).map((range): DistributionKind => ({ kind: "uniform-integer", ...range })),
    fc.record({ mean: fraction(0, 3, 4), stdDev: fraction(0, 2, 4) })
      .map((shape): DistributionKind => ({ kind: "normal", ...shape })),
    fc.record({ mean: fraction(1, 2, 4), dispersion: fraction(2, 5, 1) })
      .map((shape): DistributionKind => ({ kind: "negative-binomial", ...shape })),
    empirical(value),
    trace(fraction(0, 4, 8)),
  );
  return fc.oneof({ withCrossShrink: true }, constant, profiled(fc.oneof(constant, random), 2));
}

/** An arc into a node: `supplier` picks among external supply and the nodes made before. */
interface ArcPlan {
  supplier: number;
  place: number;
  settings: Omit<NetworkArc, "from" | "to">;
  initialInTransit: number[];
}

function arcPlan(integer: boolean): fc.Arbitrary<ArcPlan> {
  return fc.record({
    supplier: fc.nat(999),
    place: fc.nat(20),
    settings: fc.record({
      leadTime: leadTimeDistribution(),
      orderLeadTime: fc.nat(3),
      share: fc.oneof(fc.constant(1), fc.constantFrom(2, 0.5, 3), fraction(1, 3, 1000)),
      yield: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.constantFrom(0.7, 0.9375, 0)),
      inTransitHoldingCost: cost,
    }),
    initialInTransit: fc.oneof(fc.constant<number[]>([]), fc.array(units(integer, 12), { maxLength: 5 })),
  });
}

interface NodePlan {
  place: number;
  arcs: ArcPlan[];
  sells: boolean;
  /** Has no customers even where nobody else buys. */
  idle: boolean;
  demand: Distribution;
  demandLeadTime: number;
  unmetDemand: NetworkNode["unmetDemand"];
  limits: Record<"capacity" | "maxBackorder" | "maxOrder", number | undefined>;
  cap: number;
  settings: Omit<
    NetworkNode,
    | "id"
    | "demand"
    | "demandLeadTime"
    | "unmetDemand"
    | "capacity"
    | "maxBackorder"
    | "maxOrder"
    | "initialInTransit"
  >;
}

function nodePlan(integer: boolean): fc.Arbitrary<NodePlan> {
  return fc.record({
    place: fc.nat(20),
    arcs: fc.array(arcPlan(integer), { minLength: 1, maxLength: 3, size: "max" }),
    sells: fc.boolean(),
    idle: fc.constantFrom(false, false, false, false, true),
    demand: demandDistribution(integer),
    demandLeadTime: fc.nat(3),
    unmetDemand: fc.constantFrom("backorder", "lost"),
    limits: fc.record({
      capacity: sometimes(units(integer, 80)),
      maxBackorder: sometimes(units(integer, 60)),
      maxOrder: sometimes(units(integer, 120)),
    }),
    cap: units(integer, 120),
    settings: fc.record({
      price: fraction(0, 40, 2),
      orderCost: cost,
      fixedOrderCost: cost,
      orderChangeCost: cost,
      holdingCost: cost,
      holdingTarget: fraction(0, 20, 2),
      backorderCost: cost,
      lostSaleCost: cost,
      initialOnHand: units(integer, 80),
      seesOrders: fc.boolean(),
      allocation: fc.constantFrom("fair", "proportional", "lowest-position", "priority"),
      sourcing: fc.constantFrom("split", "random", "available", "all"),
    }),
  });
}

/** The plan's arcs with their suppliers' ids, one a supplier; node `index` may buy from all before it. */
function suppliersOf(plan: NodePlan, index: number): { from: string; arc: ArcPlan }[] {
  const chosen = new Map<string, ArcPlan>();
  for (const arc of plan.arcs) {
    const pick = arc.supplier % (index + 1);
    const from = pick === 0 ? SUPPLY : `n${pick - 1}`;
    if (!chosen.has(from)) chosen.set(from, arc);
  }
  return [...chosen].map(([from, arc]) => ({ from, arc }));
}

/** In the order of their places; where these are equal as they come. */
function byPlace<T>(items: { place: number; item: T }[]): T[] {
  return [...items].sort((a, b) => a.place - b.place).map(({ item }) => item);
}

function buildNode(plan: NodePlan, index: number, sells: boolean, integer: boolean): NetworkNode {
  const suppliers = suppliersOf(plan, index);
  // Orders that are multiplied, or that never arrive and are placed again, must not grow without end.
  const grows = (plan.settings.sourcing === "all" && suppliers.length > 1) ||
    suppliers.some(({ arc }) => arc.settings.yield < 1);
  const maxOrder = plan.limits.maxOrder ?? (grows ? plan.cap : undefined);
  // Real networks: no two nodes with the same position but for the rounding, which would decide who is served.
  const offset = integer ? 0 : index / 256;
  return {
    id: `n${index}`,
    ...plan.settings,
    initialOnHand: plan.settings.initialOnHand + offset,
    initialInTransit: Object.fromEntries(
      suppliers.flatMap(({ from, arc }) =>
        arc.initialInTransit.length > 0 ? [[from, arc.initialInTransit]] : []
      ),
    ),
    demandLeadTime: sells ? plan.demandLeadTime : 0,
    unmetDemand: sells ? plan.unmetDemand : "backorder",
    ...optional("demand", sells ? plan.demand : undefined),
    ...optional("capacity", plan.limits.capacity),
    ...optional("maxBackorder", plan.limits.maxBackorder),
    ...optional("maxOrder", maxOrder),
  };
}

/**
 * Valid resolved networks of 1 to `maxNodes` nodes (20 if not said) with every rule and field; nodes and arcs come in
 * any order. No arc twice; most nodes without buyers have customers.
 */
export function arbitraryNetwork({ quantities, maxNodes = 20 }: NetworkOptions): fc.Arbitrary<Network> {
  const integer = quantities === "integer";
  return fc.record({
    horizon: fc.integer({ min: 1, max: 60 }),
    first: nodePlan(integer),
    // Not one array of at least 1: fast-check cannot shrink it down to its first item.
    others: fc.array(nodePlan(integer), { maxLength: maxNodes - 1, size: "max" }),
  }).map(({ horizon, first, others }) => {
    const plans = [first, ...others];
    const arcs = plans.flatMap((plan, index) =>
      suppliersOf(plan, index).map(({ from, arc }) => ({
        place: arc.place,
        item: { from, to: `n${index}`, ...arc.settings },
      }))
    );
    const bought = new Set(arcs.map(({ item }) => item.from));
    const nodes = plans.map((plan, index) => {
      // Nobody buys from the last one, so somebody has customers.
      const idle = plan.idle && index < plans.length - 1;
      const sells = plan.sells || (!bought.has(`n${index}`) && !idle);
      return { place: plan.place, item: buildNode(plan, index, sells, integer) };
    });
    return { name: "random", horizon, quantities, nodes: byPlace(nodes), arcs: byPlace(arcs) };
  });
}

function decisionFor(node: NetworkNode, index: number, integer: boolean): fc.Arbitrary<Decision> {
  const basis = fc.constantFrom<Basis[]>("on-hand", "inventory-position", "echelon-position");
  // Real networks: off the grid of the stocks, so that rounding does not decide between ordering and not.
  const point = fraction(-20, 200, 4).map((value) => (integer ? value : value + (2 * index + 1) / 512));
  const quantity = fraction(-4, 60, 4);
  const lot = fc.oneof<fc.Arbitrary<Decision>[]>(
    fc.record({ rule: fc.constant("quantity"), quantity }),
    fc.record({ rule: fc.constant("s-Q"), reorderPoint: point, quantity, basis }),
    fc.record({ reorderPoint: point, gap: fraction(1, 40, 4), basis }).map((
      { reorderPoint, gap, basis },
    ) => ({
      rule: "s-S",
      reorderPoint,
      orderUpTo: reorderPoint + gap,
      basis,
    })),
  );
  // An order that is 0 but for the rounding must not cost a fixed sum.
  if (!integer && node.fixedOrderCost > 0) return lot;
  return fc.oneof<fc.Arbitrary<Decision>[]>(
    lot,
    fc.record({ rule: fc.constant("base-stock"), level: point, basis }),
    fc.record({ rule: fc.constant("demand-plus"), extra: fc.integer({ min: -8, max: 12 }) }),
  );
}

/** A decision a node, in the order of network.nodes. Parameters are exact in float32. */
export function arbitraryDecisions(network: Network): fc.Arbitrary<Decision[]> {
  const integer = network.quantities === "integer";
  return fc.tuple(...network.nodes.map((node, index) => decisionFor(node, index, integer)));
}
