import type { Network } from "../../engine/network/types.ts";
import type { Policy } from "../../engine/policies/policy.ts";
import { shareFairly, shareInOrder } from "./allocation.ts";
import { outcome, type Sampler, threefry } from "./draws.ts";
import { type ReferenceNode, type ReferenceTables, referenceTables } from "./tables.ts";

/** One value an environment. */
type Row = Float32Array;

const DEMAND = 0;
const SOURCING = 2;

/** Adding and taking away this rounds a double below 2^51 half to even. */
const ROUNDER = 1.5 * 2 ** 52;

interface NodeState {
  onHand: Row;
  /** Inventory position now and at the start of the period, where anything looks at it. */
  position: Row;
  start: Row;
  inTransit: Row;
  /** To customers. */
  owed: Row;
  /** Customer demand by due period modulo demandLeadTime + 1. */
  due: Row[];
  order: Row;
  /** Customer demand due and orders taken in this period. */
  demand: Row;
  /** Owed to customers and nodes at the period's end. */
  backorders: Row;
  /** (environments) a feature. */
  observations: Row[];
  profit: Row;
}

interface ArcState {
  /** By the period in which they arrive, modulo orderLeadTime + 1 and leadTime + 1. */
  orders: Row[];
  shipments: Row[];
  owed: Row;
}

/**
 * Simulates one period of many copies of a network, in plain TypeScript: typed arrays, a loop over environments for
 * each thing that happens, no allocation. This is what the kernels' speed is measured against, and it does no more than
 * `kotecha-6` and `ziegner-d1` need: whole quantities, constant lead times, (s,S) and base-stock policies, everything
 * backordered. It draws the same words as the engine and comes to the same integers.
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
  /** All that is claimed of the node at hand. */
  readonly #claimed: Row;
  readonly #sold: Row;
  /** [claim]: what it gets in the environments where the node at hand is short. */
  readonly #rationed: Row[];
  readonly #claims: Float64Array;
  readonly #gets: Float64Array;
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
    const mostClaims = 1 + Math.max(...tables.nodes.map(({ buyers }) => buyers.length));
    this.rewards = row();
    this.#tables = tables;
    this.#seed = options.seed ?? 0;
    this.#phase = options.phase ?? 1;
    this.#nodes = network.nodes.map((node) => ({
      onHand: row(),
      position: row(),
      start: row(),
      inTransit: row(),
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
    this.#claimed = row();
    this.#sold = row();
    this.#rationed = rows(mostClaims);
    this.#claims = new Float64Array(mostClaims);
    this.#gets = new Float64Array(mostClaims);
    this.#ranked = new Int32Array(mostClaims);
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

  /** One period everywhere. After the last of an episode the state and the observations are those of the next reset. */
  step(): void {
    const { nodes, tracksPosition, horizon } = this.#tables;
    if (tracksPosition) { for (const { start, position } of this.#nodes) start.set(position); }
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

  #restart(): void {
    this.period = 0;
    for (const { orders, shipments, owed } of this.#arcs) {
      for (const row of [...orders, ...shipments, owed]) row.fill(0);
    }
    for (const table of this.#tables.nodes) {
      const { inTransit, owed, due, order, demand, backorders, onHand, position } = this.#nodes[table.index];
      for (const row of [inTransit, owed, ...due, order, demand, backorders]) row.fill(0);
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
    if (suppliers.length === 1) this.#placed(suppliers[0]).set(order);
    else if (table.sourcing === "split") this.#split(table);
    else this.#sendToOne(table);
    if (!tracksPosition) return;
    add(position, order);
    for (const a of suppliers) {
      const { from } = arcs[a];
      if (from >= 0 && seesOrders[from]) subtract(this.#nodes[from].position, this.#placed(a));
    }
  }

  #split({ index, suppliers, weights }: ReferenceNode): void {
    const { order } = this.#nodes[index];
    const rows = suppliers.map((a) => this.#placed(a));
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
    const rows = suppliers.map((a) => this.#placed(a));
    const key = this.#key(SOURCING);
    const counter = this.period << 12 | index;
    for (const row of rows) row.fill(0);
    for (let e = 0; e < order.length; e++) {
      rows[outcome(choice, threefry(this.#seed, key, e << 8, counter))][e] = order[e];
    }
  }

  #receive({ index, suppliers }: ReferenceNode): void {
    const { onHand, inTransit } = this.#nodes[index];
    for (const a of suppliers) {
      if (this.#tables.arcs[a].from < 0) {
        const order = this.#arriving(a);
        this.#leaving(a).set(order);
        add(inTransit, order);
      }
      const goods = this.#landing(a);
      for (let e = 0; e < onHand.length; e++) {
        onHand[e] += goods[e];
        inTransit[e] -= goods[e];
      }
    }
  }

  /** Draws customer demand, and adds up what is due, ordered and owed. */
  #takeClaims(table: ReferenceNode): void {
    const { demand, position, owed, due } = this.#nodes[table.index];
    const { tracksPosition, seesOrders } = this.#tables;
    const claimed = this.#claimed;
    demand.fill(0);
    claimed.fill(0);
    if (table.draw !== undefined) {
      const drawn = due[(this.period + table.demandLeadTime) % due.length];
      this.#draw(table.draw, drawn, table.index);
      if (tracksPosition) subtract(position, drawn);
      this.#claim(owed, due[this.period % due.length], demand, claimed);
    }
    for (const a of table.buyers) {
      const order = this.#arriving(a);
      if (tracksPosition && !seesOrders[table.index]) subtract(position, order);
      this.#claim(this.#arcs[a].owed, order, demand, claimed);
    }
  }

  #claim(owed: Row, fresh: Row, demand: Row, claimed: Row): void {
    for (let e = 0; e < owed.length; e++) {
      const units = fresh[e];
      demand[e] += units;
      claimed[e] += owed[e] + units;
    }
  }

  #draw(sampler: Sampler, into: Row, entity: number): void {
    const key = this.#key(DEMAND);
    const counter = this.period << 12 | entity;
    const seed = this.#seed;
    for (let e = 0; e < into.length; e++) into[e] = outcome(sampler, threefry(seed, key, e << 8, counter));
  }

  #ship(table: ReferenceNode): void {
    const { onHand, owed, due } = this.#nodes[table.index];
    const claimed = this.#claimed;
    for (let e = 0; e < onHand.length; e++) {
      if (claimed[e] > onHand[e]) this.#ration(table, e);
    }
    let c = 0;
    if (table.draw !== undefined) this.#serve(c++, owed, due[this.period % due.length], onHand, this.#sold);
    for (const a of table.buyers) {
      const leaving = this.#leaving(a);
      this.#serve(c++, this.#arcs[a].owed, this.#arriving(a), onHand, leaving);
      add(this.#nodes[this.#tables.arcs[a].to].inTransit, leaving);
    }
  }

  #serve(c: number, owed: Row, fresh: Row, onHand: Row, goods: Row): void {
    const claimed = this.#claimed;
    const rationed = this.#rationed[c];
    for (let e = 0; e < owed.length; e++) {
      const claim = owed[e] + fresh[e];
      const served = claimed[e] > onHand[e] ? rationed[e] : claim;
      goods[e] = served;
      owed[e] = claim - served;
    }
  }

  /** One environment in which a node is short: all that is owed goes first, then what is new. */
  #ration(table: ReferenceNode, e: number): void {
    const { onHand, owed, due } = this.#nodes[table.index];
    const own = table.draw === undefined ? 0 : 1;
    const count = own + table.buyers.length;
    if (count === 1) {
      this.#rationed[0][e] = onHand[e];
      return;
    }
    const claims = this.#claims;
    let old = 0;
    if (own === 1) old += claims[0] = owed[e];
    for (let b = 0; b < table.buyers.length; b++) {
      old += claims[own + b] = this.#arcs[table.buyers[b]].owed[e];
    }
    if (table.allocation === "lowest-position") this.#rank(table, own, e);
    const left = onHand[e] - old;
    if (left < 0) {
      this.#share(table, count, onHand[e]);
      for (let c = 0; c < count; c++) this.#rationed[c][e] = this.#gets[c];
      return;
    }
    for (let c = 0; c < count; c++) this.#rationed[c][e] = claims[c];
    if (own === 1) claims[0] = due[this.period % due.length][e];
    for (let b = 0; b < table.buyers.length; b++) claims[own + b] = this.#arriving(table.buyers[b])[e];
    this.#share(table, count, left);
    for (let c = 0; c < count; c++) this.#rationed[c][e] += this.#gets[c];
  }

  #share({ allocation }: ReferenceNode, count: number, stock: number): void {
    if (allocation === "fair") shareFairly(this.#claims, this.#gets, count, stock);
    else shareInOrder(this.#claims, this.#gets, this.#ranked, count, stock);
  }

  /** Customers first, then buyers by inventory position at the start of the period, the lowest first. */
  #rank({ buyers }: ReferenceNode, own: number, e: number): void {
    const ranked = this.#ranked;
    ranked[0] = 0;
    for (let b = 0; b < buyers.length; b++) {
      const position = this.#startOf(buyers[b], e);
      let r = own + b;
      for (; r > own && this.#startOf(buyers[ranked[r - 1] - own], e) > position; r--) {
        ranked[r] = ranked[r - 1];
      }
      ranked[r] = own + b;
    }
  }

  #startOf(a: number, e: number): number {
    return this.#nodes[this.#tables.arcs[a].to].start[e];
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

  /** Orders on an arc placed in this period, and those that reach the supplier in this period. */
  #placed(a: number): Row {
    const { orders } = this.#arcs[a];
    return orders[(this.period + orders.length - 1) % orders.length];
  }

  #arriving(a: number): Row {
    const { orders } = this.#arcs[a];
    return orders[this.period % orders.length];
  }

  /** Goods on an arc shipped in this period, and those that arrive in this period. */
  #leaving(a: number): Row {
    const { shipments } = this.#arcs[a];
    return shipments[(this.period + shipments.length - 1) % shipments.length];
  }

  #landing(a: number): Row {
    const { shipments } = this.#arcs[a];
    return shipments[this.period % shipments.length];
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
