import { ByteReader, ByteWriter } from "../archive/bytes.ts";
import { bytesText, deflate, inflate, textBytes } from "./packing.ts";
import type { Series, StepCounts } from "./series.ts";

/**
 * A series as bytes, deflated; inside, numbers as in archive/bytes.ts: the step in seconds, the steps, the length of a JSON
 * list of segments, sorted, the list; then of each segment how many steps have anything, and of each the distance to the
 * one before, and twice the messages sent; one more when not simply all of them were delivered in time, and then
 * what was delivered, rejected, failed and slow.
 */
export function encodeSeries({ stepMs, segments }: Series): Uint8Array<ArrayBuffer> {
  const sorted = [...segments].sort(([a], [b]) => (a < b ? -1 : 1));
  const names = textBytes(JSON.stringify(sorted.map(([key]) => key)));
  const out = new ByteWriter();
  out.number(stepMs / 1_000).number(sorted[0]?.[1].length ?? 0);
  out.number(names.length).raw(names);
  for (const [, steps] of sorted) {
    out.number(steps.filter((counts) => counts !== undefined).length);
    let last = 0;
    for (let step = 0; step < steps.length; step++) {
      const counts = steps[step];
      if (!counts) continue;
      out.number(step - last);
      last = step;
      write(out, counts);
    }
  }
  return deflate(out.take());
}

function write(out: ByteWriter, { sent, delivered, rejected, failed, slow }: StepCounts): void {
  const isPlain = delivered === sent && slow === 0;
  out.number(sent * 2 + (isPlain ? 0 : 1));
  if (!isPlain) out.number(delivered).number(rejected).number(failed).number(slow);
}

/** Reads what `encodeSeries` wrote. Throws if it is anything else. */
export function decodeSeries(packed: Uint8Array, startMs: number): Series {
  const input = new ByteReader(inflate(packed));
  const stepMs = input.number() * 1_000;
  const length = input.number();
  const keys = JSON.parse(bytesText(input.raw(input.number()))) as string[];
  const segments = keys.map((key): [string, (StepCounts | undefined)[]] => {
    const steps = Array.from<StepCounts | undefined>({ length });
    const filled = input.number();
    for (let n = 0, step = 0; n < filled; n++) {
      step += input.number();
      steps[step] = read(input);
    }
    return [key, steps];
  });
  return { startMs, stepMs, segments: new Map(segments) };
}

function read(input: ByteReader): StepCounts {
  const first = input.number();
  const sent = Math.floor(first / 2);
  if (first % 2 === 0) return { sent, delivered: sent, rejected: 0, failed: 0, pending: 0, slow: 0 };
  const [delivered, rejected, failed, slow] = [
    input.number(),
    input.number(),
    input.number(),
    input.number(),
  ];
  return { sent, delivered, rejected, failed, pending: sent - delivered - rejected - failed, slow };
}
