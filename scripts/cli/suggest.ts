/** "; did you mean X?" where one of the words is near what was typed, else nothing. */
export function suggestion(typed: string, words: readonly string[]): string {
  const nearest = words
    .map((word) => ({
      word,
      distance: word.startsWith(typed) && typed !== "" ? 1 : editDistance(typed, word),
    }))
    .sort((a, b) => a.distance - b.distance)[0];
  const near = nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(nearest.word.length / 3));
  return near ? `; did you mean ${nearest.word}?` : "";
}

/**
 * Levenshtein's distance: insertions, deletions and replacements that make one word the other. O(|a| |b|).
 */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
