/** Placeholder. */
export const ZIEGNER_LEVELS: Readonly<Record<string, Readonly<Record<string, number>>>> = {};
