/** Where a search looks: the parameters of a policy as coordinates in a box, and back. */

import { InputError } from "../errors.ts";
import type { Basis, Bounds, Network } from "../network/types.ts";
import { type ParameterName, POLICY_KINDS, type PolicyKind } from "../policies/kinds.ts";
import type { NodeScale } from "./search_scales.ts";

/** Of all parameters of a node: for all nodes, or by node id. */
export type SearchBounds = Bounds | Record<string, Bounds>;

/**
 * Parameters are values (parameters * nodes), parameter-major, in units. Coordinates are as many, 0 to 1 within the box:
 * those of `orderUpTo` are its distance from the reorder point, so that no point of the box has S < s.
 */
export class SearchSpace {
  readonly nodes: number;
  readonly parameters: readonly ParameterName[];
  readonly dimensions: number;
  /** (values): the box, in units. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly integer: boolean;
  /** Whether the second parameter is kept at or above the first. */
  readonly ordered: boolean;

  constructor(
    network: Network,
    readonly kind: PolicyKind,
    readonly basis: Basis,
    scales: readonly NodeScale[],
    bounds?: SearchBounds,
  ) {
    this.nodes = network.nodes.length;
    this.parameters = POLICY_KINDS[kind].parameters;
    this.dimensions = this.nodes * this.parameters.length;
    this.integer = network.quantities === "integer";
    this.ordered = kind === "s-S";
    this.low = new Float64Array(this.dimensions);
    this.high = new Float64Array(this.dimensions);
    const boxes = boxesOf(network, kind, basis, scales, bounds);
    this.parameters.forEach((name, p) => {
      boxes.forEach((box, n) => {
        const [low, high] = name === "quantity" ? box.quantity : box.level;
        this.low[p * this.nodes + n] = this.integer ? Math.ceil(low) : low;
        this.high[p * this.nodes + n] = this.integer ? Math.floor(high) : high;
      });
    });
  }

  /** Width of the box in a coordinate, in units; at least a millionth, so that one can divide by it. */
  width(i: number): number {
    return Math.max(this.high[i] - this.low[i], 1e-6);
  }

  /** The values of coordinates; what lies outside the box is moved to its border, integer networks get integers. */
  decode(coordinates: ArrayLike<number>): Float64Array {
    const values = new Float64Array(this.dimensions);
    for (let i = 0; i < this.dimensions; i++) {
      const reorderPoint = i - this.nodes;
      const from = this.ordered && reorderPoint >= 0 ? values[reorderPoint] : this.low[i];
      values[i] = from + Math.min(1, Math.max(0, coordinates[i])) * this.width(i);
    }
    return this.repair(values);
  }

  encode(values: ArrayLike<number>): Float64Array {
    return Float64Array.from({ length: this.dimensions }, (_, i) => {
      const reorderPoint = i - this.nodes;
      const from = this.ordered && reorderPoint >= 0 ? values[reorderPoint] : this.low[i];
      return (values[i] - from) / this.width(i);
    });
  }

  /** Moves values into the box and S up to s, and rounds them where the network's quantities are integers. In place. */
  repair(values: Float64Array): Float64Array {
    for (let i = 0; i < this.dimensions; i++) {
      const value = this.integer ? Math.round(values[i]) : values[i];
      // Adding 0 makes -0 a 0.
      values[i] = Math.min(this.high[i], Math.max(this.low[i], value)) + 0;
    }
    if (this.ordered) {
      for (let n = 0; n < this.nodes; n++) {
        values[this.nodes + n] = Math.max(values[n], values[this.nodes + n]);
      }
    }
    return values;
  }

  /** Squared distance of coordinates from the box. */
  outside(coordinates: ArrayLike<number>): number {
    let squared = 0;
    for (let i = 0; i < this.dimensions; i++) {
      squared += (coordinates[i] - Math.min(1, Math.max(0, coordinates[i]))) ** 2;
    }
    return squared;
  }

  /**
   * One node's parameters at random: written over those in `values`.
   *
   * @param uniforms one a parameter, in (0, 1)
   */
  redraw(values: Float64Array, node: number, uniforms: ArrayLike<number>): void {
    for (let p = 0; p < this.parameters.length; p++) {
      const i = p * this.nodes + node;
      if (this.ordered && p === 1) {
        // S close to s orders nearly every period: good policies often do, and a uniform S would rarely.
        values[i] = values[node] + uniforms[p] ** 2 * (this.high[i] - values[node]);
      } else values[i] = this.low[i] + uniforms[p] * this.width(i);
      if (this.integer) values[i] = Math.round(values[i]);
    }
  }
}

interface NodeBox {
  level: Bounds;
  quantity: Bounds;
}

/**
 * `bounds` where they are given; else those of the network's `control`, if it has levels for actions (they are the
 * problem's admissible policies); else a box around what the flows through the node suggest.
 *
 * @throws InputError for a node that is unknown or left out, bounds the wrong way round, an empty box
 */
function boxesOf(
  network: Network,
  kind: PolicyKind,
  basis: Basis,
  scales: readonly NodeScale[],
  bounds: SearchBounds | undefined,
): NodeBox[] {
  const { control } = network;
  const admissible = control !== undefined && (control.rule === "s-S" || control.rule === "base-stock") &&
      basis !== "echelon-position" && kind !== "constant"
    ? control.bounds
    : undefined;
  const given = bounds ?? admissible;
  if (given !== undefined && !Array.isArray(given)) checkIds(network, given);
  return network.nodes.map((node, n): NodeBox => {
    const most = node.maxOrder ?? Infinity;
    const stated = Array.isArray(given) ? given : given?.[node.id];
    if (stated === undefined) {
      const { level, quantity } = scales[n];
      return { level, quantity: [quantity[0], Math.min(most, quantity[1])] };
    }
    const [low, high] = stated;
    const where = Array.isArray(given) ? "bounds" : `bounds["${node.id}"]`;
    const whole = network.quantities === "integer";
    const empty = whole ? Math.ceil(low) > Math.floor(high) : low > high;
    if (!Number.isFinite(low) || !Number.isFinite(high) || empty) {
      const what = whole ? "[low, high] with a whole number between them" : "[low, high] with low <= high";
      throw new InputError(where, `expected ${what}, got [${low}, ${high}]`);
    }
    if (high < 0 && POLICY_KINDS[kind].parameters.includes("quantity")) {
      throw new InputError(where, `expected an upper bound of at least 0 for a quantity, got ${high}`);
    }
    const largest = Math.max(0, Math.min(most, high));
    return { level: [low, high], quantity: [Math.min(Math.max(0, low), largest), largest] };
  });
}

function checkIds(network: Network, bounds: Record<string, Bounds>): void {
  const ids = network.nodes.map((node) => node.id);
  const unknown = Object.keys(bounds).find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    throw new InputError("bounds", `"${network.name}" has no node "${unknown}"; expected ${ids[0]}, ...`);
  }
  const missing = ids.find((id) => !Object.hasOwn(bounds, id));
  if (missing !== undefined) {
    throw new InputError("bounds", `expected bounds for every node, got none for "${missing}"`);
  }
}
