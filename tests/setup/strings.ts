import fc from "fast-check";

/**
 * Texts of any characters, control characters and halves of surrogate pairs too. (fast-check's own unit
 * "binary" takes seconds to set up.)
 */
export function anyText(maxLength = 12): fc.Arbitrary<string> {
  const printable = fc.integer({ min: 0x20, max: 0x7e });
  const any = fc.nat(0xffff);
  const unit = fc.oneof({ weight: 3, arbitrary: printable }, any).map((code) => String.fromCharCode(code));
  return fc.string({ unit, maxLength });
}
