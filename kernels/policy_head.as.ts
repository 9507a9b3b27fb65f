// Kernel `policy_head`: the distributions that actors give, sampled, evaluated and differentiated.
export { gaussian_backward, gaussian_forward, gaussian_sample } from "./policy_head/gaussian.as";
export { categorical_backward, categorical_forward, categorical_sample } from "./policy_head/categorical.as";
