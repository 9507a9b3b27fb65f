// What the module exports: every kernel. A new kernel file gets one line here.
export * from "./random.as";
export * from "./env_step.as";
export * from "./math.as";
