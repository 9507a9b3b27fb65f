import { expect, test } from "vitest";
import type { Device } from "../../../engine/device/device.ts";
import { BLOCK_COLUMNS, type Shape, type View } from "../../../engine/device/view.ts";
import type { Hyperparameters } from "../../../engine/learning/hyperparameters.ts";
import { criticInputs } from "../../../engine/learning/agents.ts";
import { type Method, methods } from "../../../engine/learning/methods.ts";
import { Model, type Part } from "../../../engine/learning/model.ts";
import { buildNetwork } from "../../../engine/learning/network.ts";
import { outputAgents, outputRows, specify, weightWords } from "../../../engine/learning/network_spec.ts";
import { criticPlan } from "../../../engine/learning/plans.ts";
import { actorShape } from "../../../engine/learning/actor_shape.ts";
import { compileForTraining } from "../../../engine/learning/training_network.ts";
import type { Network } from "../../../engine/network/types.ts";
import { loadNetwork } from "../../../engine/scenarios/registry.ts";
import { dot } from "../../reference/activation.ts";
import { evaluateNetwork, neighboursOf } from "../../reference/network.ts";
import { describeOnDevices, type DeviceUnderTest, expectClose } from "../../setup/devices.ts";
import { draw } from "../../setup/graphs.ts";
import { oneNode, tiny } from "../../setup/training.ts";
import { operand, readColumns, UNTOUCHED } from "../../setup/views.ts";

const SEEDS = [4, 9];
/** No relu's argument is nearer to 0: rounding to float32 changes no slope. */
const LEAST_MARGIN = 5e-6;
const STEP = 1e-6;

const NETWORKS: { network: Network; columns: number }[] = [
  { network: await loadNetwork("kotecha-6"), columns: 5 },
  { network: await loadNetwork("ziegner-b1"), columns: 3 },
  // More than one block of columns.
  { network: oneNode(), columns: 261 },
];

const VARIANTS: { variant: string; changes: Partial<Hyperparameters> }[] = [
  {
    variant: "tanh, learned deviations",
    changes: {
      actorActivation: "tanh",
      criticActivation: "tanh",
      deviation: "learned",
      actionSquash: "none",
    },
  },
  {
    variant: "relu, squashed means, deviations by state",
    changes: { actorActivation: "relu", criticActivation: "relu", deviation: "state", actionSquash: "tanh" },
  },
];

interface Case {
  name: string;
  network: Network;
  columns: number;
  method: Method;
  hyperparameters: Hyperparameters;
  part: "actor" | "critic";
}

const widths = { actorWidths: [4, 3], criticWidths: [4], graphWidths: [4, 2] };

/** Every network that a method makes: of those that are laid out alike on the same graph, the first. */
const CASES = NETWORKS.flatMap(({ network, columns }) =>
  VARIANTS.flatMap(({ variant, changes }) => {
    const found = new Map<string, Case>();
    for (const method of methods.filter(({ trainer }) => trainer === "ppo")) {
      const hyperparameters = tiny({ ...changes, ...widths });
      const compiled = compileForTraining(network, method, hyperparameters);
      const { agents, spec: actor } = actorShape(compiled, method, hyperparameters);
      const inputs = criticInputs(method, compiled);
      const values = method.values === "one" ? 1 : agents.nodes.length;
      const critic = specify(criticPlan(method, inputs, values, hyperparameters), 0);
      for (const [part, spec] of Object.entries({ actor, critic })) {
        const name = `${network.name}, ${method.name}: ${part}, ${variant}`;
        const key = JSON.stringify(spec);
        if (found.has(key)) continue;
        found.set(key, { name, network, columns, method, hyperparameters, part: part as Case["part"] });
      }
    }
    return [...found.values()];
  })
);

/** By seed, agent, row and column. */
type Values = (s: number, a: number, r: number, c: number) => number;

const valuesOf = (stream: number): Values => (s, a, r, c) => Math.fround(draw(stream, s, a * 64 + r, c));

/** Of all networks of a seed. */
const weightOf = (s: number, k: number) => Math.fround(0.8 * draw(10, s, k));

/** What the loss weighs the output's rows by: of a long batch only some columns, for the reference's sake. */
const slopeOf = (columns: number): Values => (s, a, r, c) =>
  columns < 64 || c % 40 === 0 || c >= 256 ? valuesOf(11)(s, a, r, c) : 0;

interface Expected {
  input: Values;
  /** [seed] */
  results: { outputs: Float64Array; gradients: Float64Array }[];
}

/** What was computed for one device holds for the next one. */
const computed = new Map<string, Expected>();

function expectedOf({ name, network, columns }: Case, { words }: Model, { spec }: Part): Expected {
  const found = computed.get(name);
  if (found !== undefined) return found;
  const neighbours = neighboursOf(network);
  const slope = slopeOf(columns);
  const shape = { agents: outputAgents(spec), rows: outputRows(spec) };
  for (let stream = 20;; stream++) {
    const input = valuesOf(stream);
    let margin = Infinity;
    const results = SEEDS.map((_, s) => {
      const weights = Float64Array.from({ length: words }, (_, k) => weightOf(s, k));
      const inputs = Array.from({ length: columns }, (_, c) => rowsOf(spec.agents, spec.inputs, s, c, input));
      const slopes = inputs.map((_, c) => joined(rowsOf(shape.agents, shape.rows, s, c, slope)));
      const run = (column: number) => {
        const result = evaluateNetwork(spec, weights, neighbours, inputs[column]!);
        margin = Math.min(margin, result.margin);
        return joined(result.output);
      };
      const outputs = Float64Array.from(inputs.flatMap((_, column) => [...run(column)]));
      if (margin < LEAST_MARGIN) return undefined;
      const weighed = slopes.flatMap((slopes, column) =>
        slopes.some((g) => g !== 0) ? [{ slopes, column }] : []
      );
      const loss = () => weighed.reduce((sum, { slopes, column }) => sum + dot(run(column), slopes), 0);
      return { outputs, gradients: differencesAt(weights, spec.base, weightWords(spec), loss) };
    }).filter((result) => result !== undefined);
    if (results.length < SEEDS.length) continue;
    computed.set(name, { input, results });
    return { input, results };
  }
}

function rowsOf(agents: number, rows: number, s: number, c: number, value: Values): Float64Array[] {
  return Array.from(
    { length: agents },
    (_, a) => Float64Array.from({ length: rows }, (_, r) => value(s, a, r, c)),
  );
}

function joined(rows: readonly Float64Array[]): Float64Array {
  return Float64Array.from(rows.flatMap((row) => [...row]));
}

/** Central differences for `count` weights from `first` on. */
function differencesAt(
  weights: Float64Array,
  first: number,
  count: number,
  loss: () => number,
): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => {
    const value = weights[first + k]!;
    weights[first + k] = value + STEP;
    const above = loss();
    weights[first + k] = value - STEP;
    const below = loss();
    weights[first + k] = value;
    return (above - below) / (2 * STEP);
  });
}

/** The words of a group that are a tensor's; the rest is padding. */
function usedWords({ spec }: Part): Set<number> {
  const used = new Set<number>();
  for (const layer of [...spec.layers, ...spec.heads]) {
    if (layer.kind !== "dense" && layer.kind !== "attention") continue;
    const words = layer.kind === "dense"
      ? layer.outputs * (layer.inputs + 1)
      : 2 * layer.heads * layer.features;
    for (let k = layer.at; k < layer.at + words; k++) {
      expect(used.has(k), "tensors overlap").toBe(false);
      used.add(k);
    }
  }
  expect(used.size).toBeGreaterThan(spec.groupSize - 4);
  expect(Math.max(...used)).toBeLessThan(spec.groupSize);
  return used;
}

async function check(underTest: DeviceUnderTest, options: Case, model: Model, part: Part): Promise<void> {
  const { device } = underTest;
  const { columns, name } = options;
  const { spec } = part;
  const { input, results } = expectedOf(options, model, part);
  const size = { seeds: SEEDS.length, columns };
  const given = operand(underTest, "input", { ...size, agents: spec.agents, rows: spec.inputs }, input);
  const network = buildNetwork(device, spec, part.storage, size, given.view);
  const shape = { ...size, agents: outputAgents(spec), rows: outputRows(spec) };
  device.write(network.output.array, new Float32Array(network.output.array.length).fill(UNTOUCHED));
  writeSlopes(device, network.outputGradient!, shape);
  device.write(model.gradients, new Float32Array(model.gradients.length).fill(UNTOUCHED));

  await underTest.run(...network.forward, ...network.backward);

  const outputs = await readColumns(underTest, { view: network.output, shape });
  const gradients = await device.read(model.gradients);
  const used = usedWords(part);
  results.forEach((expected, s) => {
    expectClose(outputs[s]!.flatMap((column) => [...column]), expected.outputs);
    const own = gradients.subarray(s * model.words, (s + 1) * model.words);
    const inPart = (k: number) => k >= spec.base && k < spec.base + weightWords(spec);
    const isTensor = (k: number) => inPart(k) && used.has((k - spec.base) % spec.groupSize);
    const stray = own.findIndex((value, k) => !isTensor(k) && value !== UNTOUCHED);
    expect(stray, `${name}: a gradient outside the ${spec.name}`).toBe(-1);
    const actual = own.slice(spec.base, spec.base + weightWords(spec))
      .map((value, k) => isTensor(spec.base + k) ? value : 0);
    expectClose(actual, expected.gradients);
  });
}

/** As a loss does: zeros in the padding columns. */
function writeSlopes(device: Device, view: View, { seeds, agents, rows, columns }: Shape): void {
  const words = new Float32Array(view.array.length);
  const slope = slopeOf(columns);
  for (let s = 0; s < seeds; s++) {
    for (let a = 0; a < agents; a++) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const first = view.at + s * view.seed + Math.floor(c / BLOCK_COLUMNS) * view.block;
          words[first + a * view.agent + r * view.row + c % BLOCK_COLUMNS] = slope(s, a, r, c);
        }
      }
    }
  }
  device.write(view.array, words);
}

describeOnDevices("networks forward and backward", (underTest) => {
  test.each(CASES)("$name", async (options) => {
    const { device } = underTest();
    const { network, method, hyperparameters } = options;
    const compiled = compileForTraining(network, method, hyperparameters);
    const model = new Model(device, compiled, method, hyperparameters, SEEDS);
    const weights = SEEDS.flatMap((_, s) => Array.from({ length: model.words }, (_, k) => weightOf(s, k)));
    device.write(model.weights, Float32Array.from(weights));
    await check(underTest(), options, model, model[options.part]);
  });
});
