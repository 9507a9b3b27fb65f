/** The version that run folders and exports name; the same as in deno.json. */
export const VERSION = "0.1.0";
