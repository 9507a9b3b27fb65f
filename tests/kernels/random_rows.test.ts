import { expect, test } from "vitest";
import { call } from "../../engine/device/kernel.ts";
import { drawNormals, drawUniforms, drawWords } from "../../engine/device/kernels.ts";
import { inverseNormal } from "../../engine/random/inverse_normal.ts";
import { key1, PHASES, STREAMS, threefryWord, uniform } from "../../engine/random/mod.ts";
import { KNOWN_ANSWERS } from "../engine/random/known_answers.ts";
import { describeOnDevices, type DeviceUnderTest } from "../setup/devices.ts";

const SEED = 20261121;
const KEY = key1(PHASES.tests, STREAMS.actionNoise, 77);

type Address = { columns: number; k0: number; k1: number; c0: number; c1: number };

async function draw({ device, run }: DeviceUnderTest, kernel: typeof drawWords, address: Address) {
  const out = device.allocate(address.columns, "out");
  await run(call(kernel, { out }, address));
  return device.read(out);
}

const wordsAt = ({ columns, k0, k1, c0, c1 }: Address) =>
  Uint32Array.from({ length: columns }, (_, j) => threefryWord(k0, k1, c0, c1 + j));

describeOnDevices("random", (underTest) => {
  test.each(KNOWN_ANSWERS)(
    "gives the published answer for counter $counter",
    async ({ key, counter, words }) => {
      const address = { columns: 8, k0: key[0], k1: key[1], c0: counter[0], c1: counter[1] };
      const drawn = await draw(underTest(), drawWords, address);
      expect(new Uint32Array(drawn.buffer)[0]).toBe(words[0]);
    },
  );

  // The last two run through 2^32.
  test.each([
    { columns: 8, k0: SEED, k1: KEY, c0: 0, c1: 0 },
    { columns: 264, k0: 2 ** 32 - 1, k1: 0, c0: 2 ** 31, c1: 12345 },
    { columns: 1000, k0: 0, k1: 2 ** 32 - 1, c0: 77 << 8, c1: 2 ** 32 - 500 },
    { columns: 4096, k0: SEED, k1: KEY, c0: 2 ** 32 - 1, c1: 2 ** 32 - 1 },
  ])("has the bits of TypeScript in $columns columns", async (address) => {
    const drawn = await draw(underTest(), drawWords, address);
    expect(new Uint32Array(drawn.buffer)).toEqual(wordsAt(address));
  });

  test("uniforms are the same numbers everywhere", async () => {
    const address = { columns: 65536, k0: SEED, k1: KEY, c0: 3 << 8, c1: 5 << 12 };
    const drawn = await draw(underTest(), drawUniforms, address);
    expect(drawn).toEqual(Float32Array.from(wordsAt(address), uniform));
  });

  test("normals are the same on WebAssembly, and within 1e-6 (1 + abs x) on a GPU", async () => {
    const address = { columns: 65536, k0: SEED, k1: KEY, c0: 4 << 8, c1: 6 << 12 };
    const drawn = await draw(underTest(), drawNormals, address);
    const expected = Float32Array.from(wordsAt(address), (word) => inverseNormal(uniform(word)));
    if (underTest().device.kind === "wasm") expect(drawn).toEqual(expected);
    drawn.forEach((x, j) => {
      if (Math.abs(x - expected[j]!) <= 1e-6 * (1 + Math.abs(x))) return;
      expect.fail(`number ${j} is ${x}, expected ${expected[j]}`);
    });
  });
});
