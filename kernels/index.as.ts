// What the module exports: every kernel. A new kernel file gets one line here.
export * from "./random.as";
export * from "./env_step.as";
export * from "./math.as";
export * from "./dense.as";
export * from "./graph_convolution.as";
export * from "./pool.as";
export * from "./adam.as";
export * from "./gather.as";
export * from "./noise.as";
export * from "./reduce.as";
export * from "./policy_head.as";
export * from "./ppo_loss.as";
export * from "./advantage.as";
export * from "./graph_attention.as";
export * from "./attention.as";
