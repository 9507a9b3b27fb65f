/** One line of Random123's kat_vectors for "threefry 2x32 20" (Salmon et al. 2011). */
export interface KnownAnswer {
  key: [number, number];
  counter: [number, number];
  words: [number, number];
}

export const KNOWN_ANSWERS: readonly KnownAnswer[] = [
  { counter: [0, 0], key: [0, 0], words: [0x6b200159, 0x99ba4efe] },
  { counter: [0xffffffff, 0xffffffff], key: [0xffffffff, 0xffffffff], words: [0x1cb996fc, 0xbb002be7] },
  { counter: [0x243f6a88, 0x85a308d3], key: [0x13198a2e, 0x03707344], words: [0xc4923a9c, 0x483df7a0] },
];
