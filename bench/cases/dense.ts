import { WasmDevice } from "../../engine/device/wasm.ts";
import { call, type KernelCall } from "../../engine/device/kernel.ts";
import {
  ACTIVATIONS,
  denseBackwardInput,
  denseBackwardWeights,
  denseForward,
} from "../../engine/device/kernels.ts";
import { allocateView, viewParams } from "../../engine/device/view.ts";
import type { BenchCase } from "./case.ts";

interface Net {
  /** Rows of the input and of every layer's results. */
  sizes: readonly number[];
  /** Each with weights of its own. */
  agents: number;
  /** Of a minibatch. */
  columns: number;
}

/**
 * One core: all layers forward, then backward to all weights and to the results of all layers but the inputs,
 * as an optimiser's step needs it; tanh between the layers. Two operations a multiply-add are counted, and
 * nothing else.
 */
export const denseCases: readonly BenchCase[] = [
  {
    ...netCase({ sizes: [20, 128, 128, 128, 4], agents: 1, columns: 512 }),
    doc: "a network and its gradients, tanh, on one core",
  },
  {
    ...netCase({ sizes: [5, 64, 64, 2], agents: 6, columns: 800 }),
    doc: "the same for six agents with small networks of their own",
  },
];

function netCase(net: Net): Omit<BenchCase, "doc"> {
  const { sizes, agents, columns } = net;
  const many = agents === 1 ? "" : `${agents} agents `;
  return {
    name: `dense forward+backward ${many}${sizes.join("-")} x${columns}`,
    unit: "GFLOP/s",
    async prepare() {
      const device = await WasmDevice.create();
      const { calls, multiplyAdds } = layerCalls(device, net);
      const program = device.record(calls);
      return { work: 2 * multiplyAdds / 1e9, run: () => device.run(program) };
    },
  };
}

function layerCalls(device: WasmDevice, { sizes, agents, columns }: Net) {
  const rowsOf = (label: string) =>
    sizes.map((rows) => allocateView(device, label, { seeds: 1, agents, rows, columns }));
  const results = rowsOf("results");
  const gradients = rowsOf("gradients");
  const layers = sizes.length - 1;
  const sizeOf = (layer: number) => (sizes[layer]! + 1) * sizes[layer + 1]!;
  const w_group = Array.from({ length: layers }, (_, k) => sizeOf(k)).reduce((sum, size) => sum + size);
  const weights = device.allocate(agents * w_group, "weights");
  const weightGradients = device.allocate(agents * w_group, "gradients of weights");
  const groups = device.allocate(agents, "groups");
  device.write(groups, Uint32Array.from({ length: agents }, (_, a) => a));
  // Small enough that no activation saturates.
  const filled = (length: number, scale: number) =>
    Float32Array.from({ length }, (_, k) => scale * Math.sin(k));
  device.write(weights, filled(weights.length, 0.2));
  device.write(results[0]!.array, filled(results[0]!.array.length, 1));
  device.write(gradients[layers]!.array, filled(gradients[layers]!.array.length, 1));

  const calls: KernelCall[] = [];
  let multiplyAdds = 0;
  const add = (layer: number, one: KernelCall) => {
    calls.push(one);
    multiplyAdds += sizes[layer]! * sizes[layer + 1]! * agents * columns;
  };
  const given = (layer: number) => ({
    seeds: 1,
    agents,
    columns,
    inputs: sizes[layer]!,
    outputs: sizes[layer + 1]!,
    w_at: Array.from({ length: layer }, (_, k) => sizeOf(k)).reduce((sum, size) => sum + size, 0),
    w_seed: 0,
    w_group,
  });
  for (let k = 0; k < layers; k++) {
    const [x, y] = [results[k]!, results[k + 1]!];
    const activation = k === layers - 1 ? ACTIVATIONS.none : ACTIVATIONS.tanh;
    const params = { ...given(k), activation, ...viewParams("x", x), ...viewParams("y", y) };
    add(k, call(denseForward, { x: x.array, weights, groups, y: y.array }, params));
  }
  for (let k = layers - 1; k >= 0; k--) {
    const [x, dx, dy] = [results[k]!, gradients[k]!, gradients[k + 1]!];
    const views = { ...viewParams("dy", dy), ...viewParams("x", x) };
    const sums = { dy: dy.array, x: x.array, groups, gradients: weightGradients };
    add(k, call(denseBackwardWeights, sums, { ...given(k), group_count: agents, ...views }));
    if (k === 0) break;
    const params = { ...given(k), activation: ACTIVATIONS.tanh, accumulate: 0, ...views };
    const arrays = { dy: dy.array, weights, groups, x: x.array, dx: dx.array };
    add(k, call(denseBackwardInput, arrays, { ...params, ...viewParams("dx", dx) }));
  }
  return { calls, multiplyAdds };
}
