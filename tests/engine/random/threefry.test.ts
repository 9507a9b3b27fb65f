import { describe, expect, test } from "vitest";
import { threefry2x32, threefryInto, threefryWord } from "../../../engine/random/threefry.ts";
import { KNOWN_ANSWERS } from "./known_answers.ts";

describe("threefry2x32", () => {
  test.each(KNOWN_ANSWERS)("gives the published answer for counter $counter", ({ key, counter, words }) => {
    expect(threefry2x32(...key, ...counter)).toEqual(words);
  });

  test("takes its arguments modulo 2^32", () => {
    expect(threefry2x32(-1, -1, -1, -1)).toEqual(
      threefry2x32(2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1),
    );
  });

  test("is the same without allocation and as word 0 alone", () => {
    const out = new Uint32Array(2);
    threefryInto(out, 1, 2, 3, 4);
    expect([...out]).toEqual(threefry2x32(1, 2, 3, 4));
    expect(threefryWord(1, 2, 3, 4)).toBe(out[0]);
  });

  test("each bit of the key and the counter changes about half of the bits of word 0", () => {
    const address: [number, number, number, number] = [0x12345678, 0x9abcdef0, 0x0fedcba9, 0x87654321];
    const original = threefryWord(...address);
    const flips: number[] = [];
    for (let bit = 0; bit < 128; bit++) {
      const changed = [...address] as typeof address;
      changed[bit >>> 5] ^= 1 << (bit & 31);
      let difference = threefryWord(...changed) ^ original;
      let count = 0;
      for (; difference !== 0; difference &= difference - 1) count++;
      flips.push(count);
    }
    // Binomial(32, 1/2): outside 3..29 with probability 2.5e-6 a trial; the mean of 128 has standard error
    // 0.25.
    expect(Math.min(...flips)).toBeGreaterThan(2);
    expect(Math.max(...flips)).toBeLessThan(30);
    const mean = flips.reduce((sum, count) => sum + count, 0) / flips.length;
    expect(Math.abs(mean - 16)).toBeLessThan(1.25);
  });
});
