/** How wide text is in a sans-serif font, without a browser: so that labels find room in pictures made by themselves. */

/** Thousandths of the font size: the advance widths of Helvetica (Adobe font metrics), which Arial and Liberation Sans share. */
const WIDTHS: Readonly<Record<number, string>> = {
  191: "'",
  222: "ijl",
  260: "|",
  278: " !,./:;I[\\]ft",
  333: "-()`r",
  334: "{}",
  355: '"',
  389: "*",
  469: "^",
  500: "Jckvsxyz",
  556: "#$0123456789?L_abdeghnopqu",
  584: "+<=>~−±",
  611: "FTZ",
  667: "&ABEKPSVXY",
  722: "CDHNRUw",
  778: "GOQ",
  833: "Mm",
  889: "%",
  944: "W",
  1015: "@",
};

const BY_CHARACTER = new Map(
  Object.entries(WIDTHS).flatMap(([width, characters]) =>
    [...characters].map((character) => [character, Number(width) / 1000] as const)
  ),
);

/** Accented letters and Greek are about as wide as a capital; beyond them are scripts of square characters. */
const OTHER_LETTER = 0.667;
const SQUARE = 1;
const FIRST_SQUARE = 0x1100;
const BOLD = 1.07;

/** The font of all pictures: names without quotes, since some travel through attributes. */
export const FONT_FAMILY = "Arial, Liberation Sans, Helvetica, sans-serif";

/** In pixels, of text on one line. */
export function textWidth(text: string, size: number, bold = false): number {
  let ems = 0;
  for (const character of text) {
    ems += BY_CHARACTER.get(character) ??
      (character.codePointAt(0)! < FIRST_SQUARE ? OTHER_LETTER : SQUARE);
  }
  return ems * size * (bold ? BOLD : 1);
}

/** The text cut to a width, with an ellipsis where something is missing. */
export function shortened(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size, bold) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/** Lines that fit a width, broken at spaces; a longer word stands alone. */
export function wrapped(text: string, width: number, size: number, bold = false): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, size, bold) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
