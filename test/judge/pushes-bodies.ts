import type { Chance } from "./messages.ts";
import { type ShapeName, shapeNamed } from "./pushes-shapes.ts";

/** A body of several results, as JSON or as the shape's XML. */
export function bodyOf(shape: ShapeName, results: readonly object[], isXml: boolean): string {
  const { xml } = shapeNamed(shape);
  if (!isXml || !xml) return JSON.stringify({ results });
  const [root, entry] = xml;
  const entries = results.map((one) => element(entry, one)).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}>\n <results>${entries}</results>\n</${root}>`;
}

function element(name: string, value: unknown): string {
  const isOpen = typeof value === "object" && value !== null && !isRaw(value);
  const content = isOpen
    ? Object.entries(value)
        .map(([part, inner]) => element(part, inner))
        .join("")
    : leaf(value);
  return `<${name}>${content}</${name}>`;
}

function isRaw(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}

function leaf(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.replace(
    /[&<>"]/g,
    (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char] ?? "",
  );
}

/** Whether a body of this shape is to be XML this time. */
export const drawXml = (shape: ShapeName, chance: Chance) =>
  shapeNamed(shape).xml !== undefined && chance.next() < 0.4;
