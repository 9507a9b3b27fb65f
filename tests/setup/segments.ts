/** Segments of a weight array for tests of the kernels that go through them. */

/** One network's part of the weights. */
export interface Segment {
  readonly start: number;
  readonly length: number;
  /** Of the learning rate; 1 by default. */
  readonly factor?: number;
  readonly fault: number;
}

/** u32 (segments, 4), as `squared_norms` and `adam` read them. */
export function segmentWords(segments: readonly Segment[]): Uint32Array {
  const words = new Uint32Array(4 * segments.length);
  const floats = new Float32Array(words.buffer);
  segments.forEach(({ start, length, factor = 1, fault }, k) => {
    words.set([start, length, 0, fault], 4 * k);
    floats[4 * k + 2] = factor;
  });
  return words;
}
