/**
 * Decodes base64 (RFC 4648, section 4), with or without padding; undefined for any other text. Node ignores invalid
 * characters, so that many texts would be accepted as the same secret; this is strict.
 */
export function bytesOfBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  const padded = bytes.toString("base64");
  return text === padded || text === padded.replace(/=+$/, "") ? bytes : undefined;
}
