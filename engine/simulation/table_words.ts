/** A growing list of 32-bit words, integers and floats mixed: how tables for the kernels are written. */

const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

/** The bits of a number as f32, as an integer word. */
function floatWord(value: number): number {
  floats[0] = value;
  return bits[0] as number;
}

export class TableWords {
  readonly #words: number[] = [];

  /** Byte offset of the next word. */
  get at(): number {
    return this.#words.length * 4;
  }

  /** Appends a record of `length` zeros, filled by the setter's calls; returns its byte offset. */
  record(length: number): number {
    const at = this.at;
    for (let k = 0; k < length; k++) this.#words.push(0);
    return at;
  }

  /** Sets a field of the record at byte offset `record` to an integer (u32 values wrap). */
  set(record: number, field: number, value: number): void {
    this.#words[record / 4 + field] = value | 0;
  }

  setFloat(record: number, field: number, value: number): void {
    this.#words[record / 4 + field] = floatWord(value);
  }

  /** Appends integers; returns the byte offset of the first. */
  list(values: Iterable<number>): number {
    const at = this.at;
    for (const value of values) this.#words.push(value | 0);
    return at;
  }

  /** Appends numbers as f32; returns the byte offset of the first. */
  floatList(values: Iterable<number>): number {
    const at = this.at;
    for (const value of values) this.#words.push(floatWord(value));
    return at;
  }

  /** Pads to a multiple of 16 bytes, so that what follows can be read as vectors. */
  align(): void {
    while (this.#words.length % 4 !== 0) this.#words.push(0);
  }

  toInt32Array(): Int32Array {
    return Int32Array.from(this.#words);
  }
}
