import fc from "fast-check";
import onnxProto from "onnx-proto";
import { beforeAll, describe, expect, test } from "vitest";
import { type ActorNetwork, applyActor, headSize } from "../../../engine/learning/actor_network.ts";
import { actorToOnnx } from "../../../engine/learning/onnx.ts";
import { arbitraryActor, noise, observationOf } from "../../setup/actors.ts";
import { messageOf } from "../../setup/messages.ts";
import { type OnnxRuntime, openOnnxRuntime } from "../../setup/onnx_runtime.ts";

const SEED = 20261123;

let ort: OnnxRuntime;
beforeAll(async () => {
  ort = await openOnnxRuntime();
});

/** Rows of actions for rows of observations, as ONNX Runtime computes them. */
async function runModel(model: Uint8Array, observations: number[][]): Promise<number[][]> {
  const session = await ort.InferenceSession.create(model);
  expect(session.inputNames).toEqual(["observation"]);
  expect(session.outputNames).toEqual(["action"]);
  const [rows, columns] = [observations.length, observations[0]!.length];
  const observation = new ort.Tensor("float32", Float32Array.from(observations.flat()), [rows, columns]);
  const { action } = await session.run({ observation });
  await session.release();
  expect(action!.type).toBe("float32");
  expect(action!.dims[0]).toBe(rows);
  const data = action!.data as Float32Array;
  const width = action!.dims[1]!;
  return Array.from({ length: rows }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
}

/**
 * Whether float32 may decide otherwise: two logits are nearly equal, or a number that picks from a list lies
 * nearly half between two.
 */
function isTie(actor: ActorNetwork, observation: number[]): boolean {
  const open = { node: "1", parameter: "", clip: [-1e9, 1e9] as [number, number], scale: 1, offset: 0 };
  const actions = headSize(actor.head);
  const raw = applyActor(
    { ...actor, head: { kind: "gaussian", actions }, outputs: Array.from({ length: actions }, () => open) },
    observation,
  );
  if (actor.head.kind === "categorical") {
    const [best, second] = raw.toSorted((a, b) => b - a);
    return second !== undefined && best! - second < 1e-4;
  }
  return actor.outputs.some(({ choices }, k) =>
    choices !== undefined && Math.abs(Math.abs(raw[k]! % 1) - 0.5) < 1e-4
  );
}

describe("in ONNX Runtime", () => {
  test("random actors of all kinds decide as the float64 reference", async () => {
    const seen = { categorical: 0, gaussian: 0, lists: 0, constants: 0, normalised: 0 };
    let compared = 0;
    let ties = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryActor, fc.integer({ min: 1 }), async (actor, seed) => {
        const random = noise(seed);
        const observations = Array.from({ length: 1 + seed % 9 }, () => observationOf(actor, random));
        const rows = await runModel(await actorToOnnx(actor), observations);
        observations.forEach((observation, row) => {
          expect(rows[row]).toHaveLength(actor.outputs.length);
          if (isTie(actor, observation)) {
            ties++;
            return;
          }
          compared++;
          const expected = applyActor(actor, observation);
          actor.outputs.forEach(({ clip: [low, high], scale, choices }, k) => {
            const range = choices === undefined ? (high - low) * scale : 0;
            expect(Math.abs(rows[row]![k]! - expected[k]!)).toBeLessThanOrEqual(1e-5 * range);
          });
        });
        seen[actor.head.kind]++;
        if (actor.outputs.some(({ choices }) => choices !== undefined)) seen.lists++;
        if (actor.inputs.some((input) => "constant" in input)) seen.constants++;
        if (actor.normaliser !== undefined) seen.normalised++;
      }),
      { seed: SEED, numRuns: 150, endOnFailure: true },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
    expect(ties).toBeLessThan(compared / 4);
  });

  test("a wide network on a large batch", async () => {
    const random = noise(7);
    const weights = (outputs: number, inputs: number) => ({
      inputs,
      outputs,
      weights: Float32Array.from({ length: inputs * outputs }, () => random() * Math.sqrt(3 / inputs)),
      bias: Float32Array.from({ length: outputs }, random),
    });
    const actor: ActorNetwork = {
      id: "central",
      nodes: ["1", "2"],
      inputs: Array.from(
        { length: 60 },
        (_, i) => ({ node: "1", feature: "demand", lag: i, ahead: 0, low: 0, high: 100 }),
      ),
      layers: [
        { ...weights(256, 60), activation: "tanh" },
        { ...weights(256, 256), activation: "relu" },
        { ...weights(48, 256), activation: "none" },
      ],
      head: { kind: "gaussian", actions: 48 },
      outputs: Array.from(
        { length: 48 },
        (_, k) => ({ node: String(k), parameter: "order-up-to level", clip: [-1, 1], scale: 50, offset: 50 }),
      ),
    };
    const observations = Array.from({ length: 256 }, () => observationOf(actor, random));
    const rows = await runModel(await actorToOnnx(actor), observations);
    const expected = observations.map((observation) => applyActor(actor, observation));
    const worst = Math.max(
      ...rows.flatMap((row, i) => row.map((value, k) => Math.abs(value - expected[i]![k]!))),
    );
    expect(worst).toBeLessThanOrEqual(100 * 1e-5);
  });

  test("the first of equal choices, and what lies far outside the bounds", async () => {
    const actor: ActorNetwork = {
      id: "a",
      nodes: ["1"],
      inputs: [{ node: "1", feature: "onHand", lag: 0, ahead: 0, low: 0, high: 20 }],
      layers: [{
        inputs: 1,
        outputs: 3,
        activation: "none",
        weights: Float32Array.of(1, -1, 1),
        bias: new Float32Array(3),
      }],
      head: { kind: "categorical", choices: 3 },
      outputs: [{
        node: "1",
        parameter: "order quantity",
        clip: [0, 2],
        scale: 1,
        offset: 0,
        choices: [4, 9, 25],
      }],
    };
    const observations = [[10], [20], [0], [1e30], [-1e30], [Infinity], [-Infinity]];
    const expected = [[4], [4], [9], [4], [9], [4], [9]];
    expect(observations.map((observation) => applyActor(actor, observation))).toEqual(expected);
    expect(await runModel(await actorToOnnx(actor), observations)).toEqual(expected);
  });
});

describe("the model", () => {
  const actor = fc.sample(arbitraryActor, { seed: SEED, numRuns: 1 })[0]!;

  test("names its origin, takes any batch and carries the metadata", async () => {
    const bytes = await actorToOnnx(actor, { metadata: { run: "runs/a", note: "ü" } });
    const model = onnxProto.onnx.ModelProto.decode(bytes);
    expect(model.producerName).toBe("bullwhip");
    expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([["run", "runs/a"], [
      "note",
      "ü",
    ]]);
    const [batch, columns] = model.graph!.input![0]!.type!.tensorType!.shape!.dim!;
    expect(batch!.dimParam).toBe("batch");
    expect(Number(columns!.dimValue)).toBe(actor.inputs.filter((input) => !("constant" in input)).length);
    const made = model.graph!.node!.flatMap(({ output }) => output!);
    expect(new Set(made).size).toBe(made.length);
  });

  test("of the same actor has the same bytes", async () => {
    expect(await actorToOnnx(actor)).toEqual(await actorToOnnx(structuredClone(actor)));
  });

  test("of an actor whose parts do not fit is refused", async () => {
    expect(await messageOf(() => actorToOnnx({ ...actor, layers: [] }))).toBe(
      'actor "agent 1": it has no layers',
    );
  });
});
