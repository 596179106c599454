/**
 * The bytes of base64 (RFC 4648, section 4), with its padding or without; undefined for any other text. Node passes over what does not
 * belong, so that many texts would be the same secret: what is not written as it is to be is not it.
 */
export function bytesOfBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  const padded = bytes.toString("base64");
  return text === padded || text === padded.replace(/=+$/, "") ? bytes : undefined;
}
