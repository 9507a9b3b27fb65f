/**
 * A sampler table: how one distribution is drawn from one random word, as an array of 32-bit words that
 * starts with this header. The same bytes serve AssemblyScript, TypeScript and, as array<u32>, WGSL. Offsets
 * count words from the table's start, so tables can be placed anywhere, one after another.
 *
 * This file is plain enough to be both TypeScript and AssemblyScript.
 *
 * Outcomes are numbered 0, 1, 2, ... in ascending order; a random word w draws outcome number (how many
 * thresholds are <= w). The guide answers that from the top 12 bits of w: entry w >>> 20 is the outcome of
 * the bucket's first word, plus `straddles` where a threshold lies within the bucket, and then the thresholds
 * from that outcome on decide.
 */

/** Word 0, u32: one of the kinds below. */
export const tableKind = 0;
/** Word 1, u32: number of thresholds, one less than there are outcomes (0 for constant and normal). */
export const tableCount = 1;
/** Word 2, f32: value of outcome 0 (lattice), the value (constant), the mean (normal). */
export const tableLow = 2;
/** Word 3, f32: standard deviation (normal). */
export const tableSpread = 3;
/** Word 4, u32: offset of the guide: 4096 entries of 16 bits, two a word, the even one in the low half. */
export const tableGuide = 4;
/** Word 5, u32: offset of the thresholds (u32, ascending). */
export const tableThresholds = 5;
/** Word 6, u32: offset of the outcomes' values (f32), 0 where there are none. */
export const tableValues = 6;
/** Word 7, u32: length of the whole table in words, a multiple of 4. */
export const tableLength = 7;

/** Length of the header in words. */
export const tableHeader = 8;

/** Always the value in `low`; needs no random word. */
export const kindConstant = 0;
/** Outcome i is low + i. */
export const kindLattice = 1;
/** Outcome i is values[i]. */
export const kindValues = 2;
/** max(0, low + spread * inverse normal(uniform)) in f32: real networks only. */
export const kindNormal = 3;

export const guideEntries = 4096;
/** w >>> guideShift is the entry's number. */
export const guideShift = 20;
/** Bit of a guide entry: a threshold lies within its bucket. */
export const straddles = 32768;
