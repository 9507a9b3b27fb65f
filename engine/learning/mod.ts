/** Learning: what the layers above import. It reads and writes no files. */

export { type ActorNetwork, applyActor, checkActor } from "./actor_network.ts";
export { learnedController } from "./controller.ts";
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
export { type ActorShape, actorShape } from "./actor_shape.ts";
export { policyOf, type TrainedPolicy } from "./trained_policy.ts";
export { requireTrainable } from "./trainable.ts";
export { compileForTraining } from "./training_network.ts";
export { type IterationMetrics, policyName, type Snapshot, Trainer, type TrainerOptions } from "./trainer.ts";
