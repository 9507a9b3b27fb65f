/** Small trainings for tests: networks, hyperparameters, and devices whose arrays can be looked at. */

import type { Device, DeviceArray } from "../../engine/device/device.ts";
import { WasmDevice } from "../../engine/device/wasm.ts";
import { DEFAULTS, type Hyperparameters } from "../../engine/learning/hyperparameters.ts";
import { findMethod } from "../../engine/learning/methods.ts";
import { Trainer } from "../../engine/learning/trainer.ts";
import { parseNetworkSync } from "../../engine/network/mod.ts";
import type { NetworkInput } from "../../engine/network/schema.ts";
import type { Network } from "../../engine/network/types.ts";

/** Everything that a test may rest on is said here, so that other defaults change no test. */
export function tiny(changes: Partial<Hyperparameters> = {}): Hyperparameters {
  return {
    ...DEFAULTS,
    iterations: 10,
    environments: 8,
    periods: 6,
    epochs: 2,
    minibatch: 16,
    learningRate: 3e-3,
    criticRate: 1,
    annealing: "none",
    finalRate: 0,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-5,
    weightDecay: 0,
    gradientNorm: 0.5,
    discount: 0.97,
    lambda: 0.9,
    clip: 0.2,
    valueLoss: "plain",
    valueClip: 10,
    valueCoefficient: 0.5,
    entropyCoefficient: 0,
    klCoefficient: 0,
    klTarget: 0.01,
    klLimit: 0,
    valueNoise: 0,
    normalisesAdvantages: true,
    normalisesObservations: true,
    normalisesValues: true,
    endIs: "truncation",
    observesTime: false,
    actorWidths: [6, 5],
    actorActivation: "tanh",
    actionSquash: "none",
    deviation: "learned",
    initialDeviation: 0.5,
    smallestDeviation: 0.01,
    criticWidths: [7],
    criticActivation: "tanh",
    graphWidths: [4, 4],
    attentionHeads: 2,
    rewardScale: 0.05,
    ...changes,
  };
}

const BASE_STOCK: NetworkInput["control"] = {
  rule: "base-stock",
  basis: "inventory-position",
  bounds: [0, 40],
};

/** One node that sells. */
export function oneNode(changes: Partial<NetworkInput> = {}): Network {
  return parseNetworkSync({
    name: "one",
    horizon: 5,
    quantities: "integer",
    nodes: [{
      id: "1",
      holdingCost: 1,
      backorderCost: 4,
      initialOnHand: 10,
      demand: { kind: "poisson", mean: 5 },
    }],
    arcs: [{ from: "supply", to: "1", leadTime: 1 }],
    control: BASE_STOCK,
    ...changes,
  }, { where: "one" });
}

/**
 * A warehouse and two shops, real quantities: nodes see different numbers of rows, every kind of feature, and past
 * periods.
 */
export function twoShops(changes: Partial<NetworkInput> = {}): Network {
  return parseNetworkSync({
    name: "two shops",
    horizon: 5,
    quantities: "real",
    nodes: [
      { id: "w", price: 1, holdingCost: 0.5, orderCost: 0.2, initialOnHand: 12, maxOrder: 60 },
      {
        id: "a",
        price: 3,
        holdingCost: 1,
        backorderCost: 6,
        initialOnHand: 7,
        maxOrder: 30,
        demandLeadTime: 1,
        demand: { kind: "normal", mean: 5, stdDev: 2 },
      },
      {
        id: "b",
        price: 2,
        holdingCost: 1,
        backorderCost: 4,
        orderChangeCost: 0.1,
        initialOnHand: 3,
        initialInTransit: { w: [2.5] },
        maxOrder: 30,
        demand: { kind: "normal", mean: 4, stdDev: 1 },
      },
    ],
    arcs: [
      { from: "supply", to: "w", leadTime: 2 },
      { from: "w", to: "a", leadTime: 1, orderLeadTime: 1 },
      { from: "w", to: "b", leadTime: 1, yield: 0.9 },
    ],
    control: BASE_STOCK,
    observation: {
      features: [
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
      ],
      lags: { demand: 2, onHand: 1 },
      bounds: {
        onHand: [0, 30],
        backorders: [0, 25],
        inTransit: [0, 40],
        inTransitSlots: [0, 30],
        onOrder: [0, 60],
        inventoryPosition: { w: [-40, 60], a: [-20, 30], b: [-20, 30] },
        received: [0, 30],
        demand: [0, 30],
        order: [0, 40],
        fillRate: [0, 1],
      },
    },
    ...changes,
  }, { where: "two shops" });
}

/** A device that remembers its arrays by their labels. */
export interface WatchedDevice extends Device {
  array(label: string): DeviceArray;
}

export function watchArrays(device: Device): WatchedDevice {
  const arrays = new Map<string, DeviceArray>();
  return {
    kind: device.kind,
    adapter: device.adapter,
    get allocatedBytes() {
      return device.allocatedBytes;
    },
    allocate(length, label) {
      const array = device.allocate(length, label);
      arrays.set(label, array);
      return array;
    },
    write: (array, words, at) => device.write(array, words, at),
    read: (array, at, length) => device.read(array, at, length),
    record: (calls) => device.record(calls),
    run: (program, times, profile) => device.run(program, times, profile),
    close: () => device.close(),
    array(label) {
      const array = arrays.get(label);
      if (array === undefined) throw new TypeError(`no array ${label}`);
      return array;
    },
  };
}

export interface Training {
  trainer: Trainer;
  device: WatchedDevice;
}

export async function trainerOf(
  network: Network,
  method: string,
  hyperparameters: Hyperparameters,
  seeds: readonly number[] = [3],
): Promise<Training> {
  const device = watchArrays(await WasmDevice.create());
  const options = { device, network, method: findMethod(method), hyperparameters, seeds };
  return { device, trainer: await Trainer.create(options) };
}

/** Runs iterations and returns the metrics of the last one. */
export async function iterate(trainer: Trainer, iterations = 1) {
  let last;
  for (let k = 0; k < iterations; k++) last = await (await trainer.iterate()).metrics;
  return last!;
}

/** The words of every seed, bit for bit. */
export async function wordsOf(device: Device, array: DeviceArray, seeds: number): Promise<Uint32Array[]> {
  const words = new Uint32Array((await device.read(array)).buffer);
  const size = words.length / seeds;
  return Array.from({ length: seeds }, (_, s) => words.slice(s * size, (s + 1) * size));
}
