// Kernel `random`: fills rows with random words and with what is drawn from them. The conditions on the
// arguments stand with the functions.
export { random_sequence, random_words } from "./lib/threefry.as";
export { sample_discrete, sample_normal, sample_row, scale_exact, uniform_row } from "./lib/random.as";
