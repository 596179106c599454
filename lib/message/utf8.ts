/** Compares strings in DynamoDB's order, by UTF-8 bytes. JavaScript's own order differs for emoji and the like. */
export function compareUtf8(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const bothPlain = (x < 0xd800 || x > 0xdfff) === (y < 0xd800 || y > 0xdfff);
      // A surrogate stands for a code point above U+FFFF, and so sorts after every other code unit.
      return bothPlain ? x - y : x >= 0xd800 && x <= 0xdfff ? 1 : -1;
    }
  }
  return a.length - b.length;
}
