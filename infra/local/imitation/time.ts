const FORM = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;

/** The offsets Infobip writes (`+0100` in its documents; the others were seen in examples). */
export type Offset = "+0100" | "+0000" | "+01:00" | "-0300" | "Z";

/** The instant as Infobip writes it, `yyyy-MM-dd'T'HH:mm:ss.SSS` and the offset, e.g. 2015-02-23T17:41:11.833+0100. */
export function writeInstant(epochMs: number, offset: Offset): string {
  return new Date(epochMs + offsetMs(offset)).toISOString().replace("Z", offset);
}

/** Epoch ms of a date with an offset in any form Infobip's documents show; undefined for any other text. */
export function readInstant(text: string): number | undefined {
  const [, local, fraction = "", offset = ""] = FORM.exec(text) ?? [];
  const localMs = Date.parse(`${local}${fraction}Z`);
  return Number.isNaN(localMs) ? undefined : localMs - offsetMs(offset);
}

/** The same date and offset in the documented form: `+01:00` becomes `+0100`, `Z` becomes `+0000`. */
export function normaliseInstant(text: string): string {
  return text.replace(/Z$/, "+0000").replace(/([+-]\d{2}):(\d{2})$/, "$1$2");
}

function offsetMs(offset: string): number {
  if (offset === "Z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith("-") ? -minutes : minutes) * 60_000;
}
