/** Adam in float64 (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019). */

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
  /** Greatest norm of the gradient, 0 for none. */
  readonly clip: number;
}

export class Adam {
  readonly first: Float64Array;
  readonly second: Float64Array;
  #steps = 0;

  constructor(readonly weights: Float64Array, readonly options: AdamOptions) {
    this.first = new Float64Array(weights.length);
    this.second = new Float64Array(weights.length);
  }

  step(gradient: ArrayLike<number>, rate: number): void {
    const { beta1, beta2, epsilon, decay, clip } = this.options;
    const norm = Math.hypot(...Array.from(gradient));
    const scale = clip > 0 && norm > clip ? clip / norm : 1;
    this.#steps++;
    for (const [k, weight] of this.weights.entries()) {
      const g = gradient[k]! * scale;
      this.first[k] = beta1 * this.first[k]! + (1 - beta1) * g;
      this.second[k] = beta2 * this.second[k]! + (1 - beta2) * g * g;
      const mean = this.first[k]! / (1 - beta1 ** this.#steps);
      const square = this.second[k]! / (1 - beta2 ** this.#steps);
      this.weights[k] = weight - rate * (mean / (Math.sqrt(square) + epsilon) + decay * weight);
    }
  }
}
