/**
 * The supply network as the engine sees it: validated, every default filled in, every trace loaded.
 * `schema.ts` makes one from JSON; `NetworkInput` there is what a user writes.
 */

/** The external supplier that never runs out, as the `from` of an arc. */
export const SUPPLY = "supply";

/** A multiplier of the drawn value per period, repeating; indexed by the period in which the value falls due. */
interface Profiled {
  profile?: number[];
}

export type Distribution = Profiled & DistributionKind;

export type DistributionKind =
  | { kind: "constant"; value: number }
  | { kind: "poisson"; mean: number }
  /** Poisson whose mean is drawn anew each period from the integers low..high. */
  | { kind: "poisson-uniform"; low: number; high: number }
  | { kind: "uniform-integer"; low: number; high: number }
  /** Clamped at 0, not resampled. */
  | { kind: "normal"; mean: number; stdDev: number }
  /** Mean m and dispersion r: variance m + m^2 / r. */
  | { kind: "negative-binomial"; mean: number; dispersion: number }
  | { kind: "empirical"; values: number[]; probabilities: number[] }
  | { kind: "trace"; values: number[]; repeat: boolean };

export type UnmetDemand = "backorder" | "lost";
export type Allocation = "fair" | "proportional" | "lowest-position" | "priority";
export type Sourcing = "split" | "random" | "available" | "all";

export interface NetworkNode {
  id: string;
  price: number;
  orderCost: number;
  fixedOrderCost: number;
  orderChangeCost: number;
  holdingCost: number;
  holdingTarget: number;
  backorderCost: number;
  lostSaleCost: number;
  unmetDemand: UnmetDemand;
  capacity?: number;
  maxBackorder?: number;
  maxOrder?: number;
  initialOnHand: number;
  /** Supplier id -> units arriving in periods 0, 1, 2, ... */
  initialInTransit: Record<string, number[]>;
  demand?: Distribution;
  demandLeadTime: number;
  seesOrders: boolean;
  allocation: Allocation;
  sourcing: Sourcing;
}

export interface NetworkArc {
  from: string;
  to: string;
  leadTime: Distribution;
  orderLeadTime: number;
  share: number;
  yield: number;
  inTransitHoldingCost: number;
}

export type OrderRule = "quantity" | "s-S" | "base-stock" | "demand-plus" | "choice";
export type Basis = "on-hand" | "inventory-position" | "echelon-position";
export type Bounds = [low: number, high: number];

/** How an action becomes an order. `bounds` of the rule's parameters, for all nodes or by node id. */
export interface Control {
  rule: OrderRule;
  basis: Basis;
  bounds?: Bounds | Record<string, Bounds>;
  /** The quantities that the rule `choice` picks from. */
  choices?: number[];
}

export const FEATURES = [
  "onHand",
  "backorders",
  "inTransit",
  "inTransitSlots",
  "onOrder",
  "inventoryPosition",
  "received",
  "demand",
  "order",
  "fillRate",
  "time",
] as const;
export type Feature = (typeof FEATURES)[number];

export interface Observation {
  features: Feature[];
  /** Past periods seen beyond the last completed one (lag 0): one number, or by feature (0 where unnamed). */
  lags: number | Partial<Record<Feature, number>>;
  /** By feature, and where it matters by node id: values are clipped to the bounds and scaled to [-1, 1]. */
  bounds: Partial<Record<Feature, Bounds | Record<string, Bounds>>>;
}

export type RewardScheme = "total" | "team-mean" | "own" | "own-and-downstream" | "retailers-own";

export interface Reward {
  scheme: RewardScheme;
  scale: number;
  window?: { lag: number; length: number; discount: number };
}

export interface Evaluation {
  /** Periods of an episode, the warm-up among them. */
  periods: number;
  warmup: number;
  episodes: number;
}

export interface Network {
  name: string;
  horizon: number;
  quantities: "integer" | "real";
  nodes: NetworkNode[];
  arcs: NetworkArc[];
  control?: Control;
  observation?: Observation;
  reward?: Reward;
  evaluation?: Evaluation;
}
