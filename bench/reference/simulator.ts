import type { Allocation, Network } from "../../engine/network/mod.ts";
import type { Policy } from "../../engine/policies/mod.ts";
import { shareFairly, shareInOrder } from "./allocation.ts";
import type { ArcState, Claim, NodeState, Row } from "./state.ts";
import { outcome, type Sampler, threefry } from "./draws.ts";
import { type ReferenceNode, type ReferenceTables, referenceTables } from "./tables.ts";

const DEMAND = 0;
const SOURCING = 2;

/** Adding and taking away this rounds a double below 2^51 half to even. */
const ROUNDER = 1.5 * 2 ** 52;

/**
 * Simulates many copies of a network period by period, in plain TypeScript: typed arrays, a loop over
 * environments for each thing that happens, nothing allocated in the loops. This is what the kernels' speed
 * is measured against, and it does no more than `kotecha-6` and `ziegner-d1` need: whole quantities, constant
 * lead times, (s,S) and base-stock policies, everything backordered. It draws the same words as the engine
 * and comes to the same integers.
 */
export class ReferenceSimulator {
  /** (environments) reward of the team in the last period. */
  readonly rewards: Row;
  period = 0;
  episode = 0;
  readonly #tables: ReferenceTables;
  readonly #seed: number;
  readonly #phase: number;
  readonly #nodes: NodeState[];
  readonly #arcs: ArcState[];
  /** [node][claim]: customers first. */
  readonly #claimants: Claim[][];
  /** All that is claimed of the node at hand. */
  readonly #claimed: Row;
  /** [claim]: what it gets in the environments where the node at hand is short. */
  readonly #rationed: Row[];
  /** [claim], in one environment. */
  readonly #claims: Float64Array;
  readonly #gets: Float64Array;
  readonly #ranks: Float64Array;
  readonly #ranked: Int32Array;

  /**
   * @param options phase of the draws' address: 1 (simulate) by default
   * @throws InputError where the network or the policy needs more than this simulator has
   */
  constructor(
    network: Network,
    policy: Policy,
    options: { environments: number; seed?: number; phase?: number },
  ) {
    const tables = referenceTables(network, policy);
    const row = () => new Float32Array(options.environments);
    const rows = (length: number) => Array.from({ length }, row);
    this.rewards = row();
    this.#tables = tables;
    this.#seed = options.seed ?? 0;
    this.#phase = options.phase ?? 1;
    this.#nodes = network.nodes.map((node) => ({
      onHand: row(),
      position: row(),
      start: row(),
      onOrder: row(),
      owed: row(),
      due: rows(node.demandLeadTime + 1),
      order: row(),
      demand: row(),
      backorders: row(),
      observations: rows(network.observation?.features.length ?? 0),
      profit: row(),
    }));
    this.#arcs = tables.arcs.map(({ leadTime, orderLeadTime }) => ({
      orders: rows(orderLeadTime + 1),
      shipments: rows(leadTime + 1),
      owed: row(),
    }));
    this.#claimants = tables.nodes.map((_, index) => this.#claimantsOf(index));
    this.#claimed = row();
    const most = Math.max(...this.#claimants.map((claims) => claims.length));
    this.#rationed = rows(most);
    this.#claims = new Float64Array(most);
    this.#gets = new Float64Array(most);
    this.#ranks = new Float64Array(most);
    this.#ranked = new Int32Array(most);
    this.#restart();
  }

  /** Rows (environments) of a node, by its index in the network; they hold until the next step. */
  node(index: number): Readonly<NodeState> {
    return this.#nodes[index];
  }

  /** Rows (environments) of an arc, by its index in the network; they hold until the next step. */
  arc(index: number): Readonly<ArcState> {
    return this.#arcs[index];
  }

  /**
   * One period everywhere. After the last of an episode the state and the observations are those of the next
   * reset.
   */
  step(): void {
    const { nodes, tracksPosition, horizon } = this.#tables;
    if (tracksPosition) {
      for (const { start, position } of this.#nodes) start.set(position);
    }
    for (const node of nodes) this.#decide(node);
    this.rewards.fill(0);
    for (const node of nodes) {
      this.#receive(node);
      this.#takeClaims(node);
      this.#ship(node);
      this.#settle(node);
    }
    this.period++;
    if (this.period === horizon) {
      this.episode++;
      this.#restart();
    } else {
      for (const node of nodes) this.#observe(node);
    }
  }

  #claimantsOf(index: number): Claim[] {
    const table = this.#tables.nodes.find((node) => node.index === index);
    const { owed, due } = this.#nodes[index];
    const customers = {
      owed,
      fresh: due,
      shipments: [new Float32Array(owed.length)],
      isCustomers: true,
      start: new Float32Array(owed.length).fill(-Infinity),
    };
    const buyers = (table?.buyers ?? []).map((a): Claim => {
      const { start } = this.#nodes[this.#tables.arcs[a].to];
      const { owed, orders, shipments } = this.#arcs[a];
      return { owed, fresh: orders, shipments, isCustomers: false, start };
    });
    return table?.draw === undefined ? buyers : [customers, ...buyers];
  }

  #restart(): void {
    this.period = 0;
    for (const { orders, shipments, owed } of this.#arcs) {
      for (const row of [...orders, ...shipments, owed]) row.fill(0);
    }
    for (const table of this.#tables.nodes) {
      const { onOrder, owed, due, order, demand, backorders, onHand, position } = this.#nodes[table.index];
      for (const row of [onOrder, owed, ...due, order, demand, backorders]) row.fill(0);
      onHand.fill(table.initialOnHand);
      position.fill(table.initialOnHand);
      this.#observe(table);
    }
  }

  #decide(table: ReferenceNode): void {
    const { s, S, maxOrder = Infinity, suppliers } = table;
    const { tracksPosition, decidesOnPosition, arcs, seesOrders } = this.#tables;
    const { order, onHand, start, position } = this.#nodes[table.index];
    const level = decidesOnPosition ? start : onHand;
    for (let e = 0; e < order.length; e++) {
      const have = level[e];
      const wanted = have <= s ? Math.fround(S - have) + ROUNDER - ROUNDER : 0;
      const capped = wanted < maxOrder ? wanted : maxOrder;
      order[e] = capped > 0 ? capped : 0;
    }
    if (suppliers.length === 1) this.#last(this.#arcs[suppliers[0]].orders).set(order);
    else if (table.sourcing === "split") this.#split(table);
    else this.#sendToOne(table);
    if (!tracksPosition) return;
    add(position, order);
    for (const a of suppliers) {
      const { from } = arcs[a];
      if (from >= 0 && seesOrders[from]) {
        subtract(this.#nodes[from].position, this.#last(this.#arcs[a].orders));
      }
    }
  }

  #split({ index, suppliers, weights }: ReferenceNode): void {
    const { order } = this.#nodes[index];
    const rows = suppliers.map((a) => this.#last(this.#arcs[a].orders));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let e = 0; e < order.length; e++) {
      let over = order[e];
      for (let i = 0; i < rows.length; i++) {
        const part = Math.floor(order[e] * weights[i] / total);
        rows[i][e] = part;
        over -= part;
      }
      for (let i = 0; i < over; i++) rows[i][e]++;
    }
  }

  #sendToOne({ index, suppliers, choice }: ReferenceNode): void {
    const { order } = this.#nodes[index];
    const rows = suppliers.map((a) => this.#last(this.#arcs[a].orders));
    const key = this.#key(SOURCING);
    const counter = this.period << 12 | index;
    for (const row of rows) row.fill(0);
    for (let e = 0; e < order.length; e++) {
      rows[outcome(choice, threefry(this.#seed, key, e << 8, counter))][e] = order[e];
    }
  }

  #receive({ index, suppliers }: ReferenceNode): void {
    const { onHand, onOrder, order: ordered } = this.#nodes[index];
    add(onOrder, ordered);
    for (const a of suppliers) {
      const { orders, shipments } = this.#arcs[a];
      if (this.#tables.arcs[a].from < 0) {
        const order = this.#now(orders);
        this.#last(shipments).set(order);
      }
      const goods = this.#now(shipments);
      add(onHand, goods);
      subtract(onOrder, goods);
    }
  }

  /** Draws customer demand, and adds up what is due, ordered and owed. */
  #takeClaims({ index, draw }: ReferenceNode): void {
    const { demand, position, due } = this.#nodes[index];
    const { tracksPosition, recordsDemand, seesOrders } = this.#tables;
    if (recordsDemand) demand.fill(0);
    this.#claimed.fill(0);
    if (draw !== undefined) {
      const drawn = this.#last(due);
      this.#draw(draw, drawn, index);
      if (tracksPosition) subtract(position, drawn);
    }
    for (const { owed, fresh, isCustomers } of this.#claimants[index]) {
      const units = this.#now(fresh);
      if (tracksPosition && !isCustomers && !seesOrders[index]) subtract(position, units);
      if (recordsDemand) add(demand, units);
      add(this.#claimed, units);
      add(this.#claimed, owed);
    }
  }

  #draw(sampler: Sampler, into: Row, entity: number): void {
    const key = this.#key(DEMAND);
    const counter = this.period << 12 | entity;
    const seed = this.#seed;
    for (let e = 0; e < into.length; e++) into[e] = outcome(sampler, threefry(seed, key, e << 8, counter));
  }

  #ship({ index, allocation }: ReferenceNode): void {
    const { onHand } = this.#nodes[index];
    const claimed = this.#claimed;
    const claims = this.#claimants[index];
    for (let e = 0; e < onHand.length; e++) {
      if (claimed[e] > onHand[e]) this.#ration(claims, allocation, onHand[e], e);
    }
    for (let c = 0; c < claims.length; c++) {
      const { owed, fresh, shipments } = claims[c];
      const goods = this.#last(shipments);
      this.#serve(owed, this.#now(fresh), onHand, this.#rationed[c], goods);
    }
  }

  #serve(owed: Row, fresh: Row, onHand: Row, rationed: Row, goods: Row): void {
    const claimed = this.#claimed;
    for (let e = 0; e < owed.length; e++) {
      const claim = owed[e] + fresh[e];
      const served = claimed[e] > onHand[e] ? rationed[e] : claim;
      goods[e] = served;
      owed[e] = claim - served;
    }
  }

  /** One environment in which a node is short: all that is owed goes first, then what is new. */
  #ration(claimants: readonly Claim[], allocation: Allocation, stock: number, e: number): void {
    const rationed = this.#rationed;
    const claims = this.#claims;
    const gets = this.#gets;
    const count = claimants.length;
    if (count === 1) {
      rationed[0][e] = stock;
      return;
    }
    let left = stock;
    for (let c = 0; c < count; c++) {
      claims[c] = claimants[c].owed[e];
      left -= claims[c];
    }
    if (allocation === "lowest-position") this.#rank(claimants, e);
    const isOldShort = left < 0;
    for (let c = 0; c < count; c++) {
      rationed[c][e] = isOldShort ? 0 : claims[c];
      if (!isOldShort) claims[c] = this.#now(claimants[c].fresh)[e];
    }
    if (allocation === "fair") shareFairly(claims, gets, count, isOldShort ? stock : left);
    else shareInOrder(claims, gets, this.#ranked, count, isOldShort ? stock : left);
    for (let c = 0; c < count; c++) rationed[c][e] += gets[c];
  }

  /**
   * Claims by inventory position at the start of the period, the lowest first, among equals the lower claim.
   */
  #rank(claimants: readonly Claim[], e: number): void {
    const ranked = this.#ranked;
    const ranks = this.#ranks;
    for (let c = 0; c < claimants.length; c++) {
      const position = claimants[c].start[e];
      let r = c;
      for (; r > 0 && ranks[r - 1] > position; r--) {
        ranks[r] = ranks[r - 1];
        ranked[r] = ranked[r - 1];
      }
      ranks[r] = position;
      ranked[r] = c;
    }
  }

  /** What shipping leaves of the stock, the cut to capacity, the money. */
  #settle(table: ReferenceNode): void {
    const { index, price, orderCost, holdingCost, holdingTarget, backorderCost, capacity = Infinity } = table;
    const { rewardScale } = this.#tables;
    const { onHand, order, backorders, profit, position } = this.#nodes[index];
    const claimed = this.#claimed;
    const rewards = this.rewards;
    if (this.#tables.tracksPosition && capacity < Infinity) {
      for (let e = 0; e < onHand.length; e++) position[e] -= Math.max(0, onHand[e] - claimed[e] - capacity);
    }
    for (let e = 0; e < onHand.length; e++) {
      const claims = claimed[e];
      const have = onHand[e];
      const shipped = claims < have ? claims : have;
      const kept = have - shipped;
      const stock = kept < capacity ? kept : capacity;
      const owed = claims - shipped;
      const cost = orderCost * order[e] + holdingCost * Math.abs(stock - holdingTarget) +
        backorderCost * owed;
      const gain = price * shipped - cost;
      onHand[e] = stock;
      backorders[e] = owed;
      profit[e] = gain;
      rewards[e] += rewardScale * gain;
    }
  }

  #observe({ index, observed }: ReferenceNode): void {
    const node = this.#nodes[index];
    for (let f = 0; f < observed.length; f++) {
      const { feature, low, high } = observed[f];
      scaleTo(
        node.observations[f],
        feature === "inventoryPosition" ? node.position : node[feature],
        low,
        2 / (high - low),
      );
    }
  }

  #key(stream: number): number {
    return this.#phase << 29 | stream << 24 | this.episode;
  }

  /** Of a ring of periods: what is due in this one. */
  #now(ring: readonly Row[]): Row {
    return ring[this.period % ring.length];
  }

  /** Of a ring of periods: what is due after the full lead time. */
  #last(ring: readonly Row[]): Row {
    return ring[(this.period + ring.length - 1) % ring.length];
  }
}

function add(to: Row, what: Row): void {
  for (let e = 0; e < to.length; e++) to[e] += what[e];
}

function subtract(from: Row, what: Row): void {
  for (let e = 0; e < from.length; e++) from[e] -= what[e];
}

/** To [-1, 1], clipped. */
function scaleTo(to: Row, what: Row, low: number, factor: number): void {
  for (let e = 0; e < to.length; e++) {
    const scaled = (what[e] - low) * factor - 1;
    to[e] = scaled < -1 ? -1 : scaled > 1 ? 1 : scaled;
  }
}
