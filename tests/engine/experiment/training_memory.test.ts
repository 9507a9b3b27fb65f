import { expect, test } from "vitest";
import { WasmDevice } from "../../../engine/device/wasm.ts";
import { resolveConfigs } from "../../../engine/experiment/mod.ts";
import { findMethod, Trainer } from "../../../engine/learning/mod.ts";
import { trainingBytes } from "../../../engine/mod.ts";
import { messageOf } from "../../setup/messages.ts";

const small = { environments: 8, periods: 10, minibatch: 40 };

test("the memory is that of a training after its iterations: nothing is allocated on the way", async () => {
  const options = { network: "kotecha-6", method: "reg-p-gcn-mappo", hyperparameters: small };
  const [{ network, hyperparameters }] = await resolveConfigs({ ...options, device: "wasm" }) as [
    Awaited<ReturnType<typeof resolveConfigs>>[number],
  ];
  const device = await WasmDevice.create();
  const method = findMethod(options.method);
  const trainer = await Trainer.create({ device, network, method, hyperparameters, seeds: [5] });
  await (await trainer.iterate()).metrics;
  await (await trainer.iterate()).metrics;
  expect(await trainingBytes(options)).toBe(device.allocatedBytes);
  trainer.close();
});

test("more environments take more, and what cannot be trained is refused", async () => {
  const of = (environments: number) =>
    trainingBytes({ network: "kotecha-6", method: "mappo", hyperparameters: { ...small, environments } });
  expect(await of(512)).toBeGreaterThan(2 * await of(64));
  expect(await messageOf(() => trainingBytes({ network: "kotecha-6", method: "nothing" }))).toMatch(
    /nothing/,
  );
});
