import { hash, Random } from "./random.ts";

/** What can go wrong with one answer. "Consumed" means that the reports in it are gone for good. */
export type Fault =
  /** Cut off before anything is consumed, in the middle of the body, or when only its proper end is missing. */
  | { kind: "reset"; at: "before" | "in" | "after" }
  /** Consumed, and the socket is closed without a byte. */
  | { kind: "lost" }
  /** Consumed; the body is cut at some byte, its Content-Length is that of the rest. */
  | { kind: "truncated" }
  /** Consumed; 200 with a page for people. */
  | { kind: "html" }
  | { kind: "status"; status: 429 | 500 | 503; consumed: boolean; retryAfterSeconds?: number }
  /** The right answer, but late. */
  | { kind: "delay"; ms: number }
  /** Some records are in the page twice, and in the next page once more. */
  | { kind: "duplicates" }
  /** Broken records are mixed in beside the right ones. */
  | { kind: "malformed" }
  /** Consumed; some of the right records are broken. */
  | { kind: "damaged" }
  /** Consumed; headers, silence, and then the socket is closed. */
  | { kind: "hang"; ms: number };

/** The fault of a request, if any; `n` and `nOfPath` count from 1. */
export type FaultScript = (request: { path: string; n: number; nOfPath: number }) => Fault | undefined;

type Kind = Fault["kind"];

const DRAWN: Record<Kind, (random: Random) => Fault> = {
  reset: (random) => ({ kind: "reset", at: random.pick(["before", "in", "after"] as const) }),
  lost: () => ({ kind: "lost" }),
  truncated: () => ({ kind: "truncated" }),
  html: () => ({ kind: "html" }),
  status: (random) => ({
    kind: "status",
    status: random.pick([429, 500, 503] as const),
    consumed: random.chance(0.5),
    ...(random.chance(0.3) && { retryAfterSeconds: random.int(0, 1) }),
  }),
  delay: (random) => ({ kind: "delay", ms: random.int(1, 50) }),
  duplicates: () => ({ kind: "duplicates" }),
  malformed: () => ({ kind: "malformed" }),
  damaged: () => ({ kind: "damaged" }),
  hang: (random) => ({ kind: "hang", ms: random.int(10, 100) }),
};

/** Every kind of fault. */
export const FAULT_KINDS = Object.keys(DRAWN) as Kind[];

/** Each answer has a fault with probability `share`, the same one for the same seed, path and nOfPath. */
export function seededFaults(seed: number, share: number, kinds: Kind[] = FAULT_KINDS): FaultScript {
  return ({ path, nOfPath }) => {
    const random = new Random(hash(seed, path, nOfPath));
    return random.chance(share) ? DRAWN[random.pick(kinds)](random) : undefined;
  };
}

/** Whether the fault strikes before the request has any effect. */
export function sparesReports(fault: Fault): boolean {
  return (fault.kind === "reset" && fault.at === "before") || (fault.kind === "status" && !fault.consumed);
}

/** Whether the whole answer is broken. */
export function breaksAnswer({ kind }: Fault): boolean {
  return ["reset", "lost", "truncated", "html", "status", "hang"].includes(kind);
}
