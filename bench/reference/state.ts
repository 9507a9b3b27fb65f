/** One value an environment. */
export type Row = Float32Array;

export interface NodeState {
  onHand: Row;
  /** Inventory position now and at the start of the period, where anything looks at it. */
  position: Row;
  start: Row;
  onOrder: Row;
  /** To customers. */
  owed: Row;
  /** Customer demand by the period in which it is due, modulo demandLeadTime + 1. */
  due: Row[];
  order: Row;
  /** Customer demand due and orders taken in this period, where it is observed. */
  demand: Row;
  /** Owed to customers and nodes at the period's end. */
  backorders: Row;
  /** [feature] */
  observations: Row[];
  profit: Row;
}

export interface ArcState {
  /** By the period in which they arrive, modulo orderLeadTime + 1 and leadTime + 1. */
  orders: Row[];
  shipments: Row[];
  owed: Row;
}

/** What customers or a buyer claim of a node, and where it goes. */
export interface Claim {
  owed: Row;
  /** Demand or orders by period, as in `NodeState.due` and `ArcState.orders`. */
  fresh: Row[];
  shipments: Row[];
  isCustomers: boolean;
  /** Whose inventory position ranks the claim: customers have one below all others. */
  start: Row;
}
