/** Learning: what the layers above import. It reads and writes no files. */

export { type ActorNetwork, applyActor, checkActor } from "./actor_network.ts";
export { learnedController, type TrainedPolicy } from "./controller.ts";
export {
  DEFAULTS,
  type Hyperparameter,
  type HyperparameterName,
  HYPERPARAMETERS,
  type Hyperparameters,
  resolveHyperparameters,
} from "./hyperparameters.ts";
export { findMethod, type Method, methods } from "./methods.ts";
export { actorCard } from "./actor_card.ts";
export { actorToOnnx } from "./onnx.ts";
export { findPreset, type Preset, presets, presetValues } from "./presets.ts";
export { type ActorShape, actorShape, compileForTraining, policyOf } from "./shapes.ts";
export { type IterationMetrics, policyName, type Snapshot, Trainer, type TrainerOptions } from "./trainer.ts";
