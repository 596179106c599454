import { RecentValues } from "./recent.ts";

export interface FailureLimit {
  readonly perMinute: number;
  /** How many are allowed at once after a time without any. */
  readonly burst: number;
}

const MOST_REMEMBERED = 10_000;
const MOST_TRUSTED = 1_000;
const TRUSTED_MS = 3_600_000;

/**
 * Limits failed sign-ins per address and per id. This uses only the memory of the process, so that guessing causes no
 * reads. A client that has recently signed in from an address has a limit of its own there, so that nobody can lock it
 * out by failing in its name, from elsewhere or from the same network.
 */
export class FailedSignIns {
  readonly #intervalMs: number;
  readonly #burst: number;
  /** By address, by id, or by both: when the failures so far will be forgiven. */
  readonly #forgivenAtMs: Record<"address" | "id" | "both", RecentValues<number>>;
  readonly #trusted = new RecentValues<true>(MOST_TRUSTED, TRUSTED_MS);

  constructor({ perMinute, burst }: FailureLimit) {
    this.#intervalMs = 60_000 / perMinute;
    this.#burst = burst;
    const memory = () => new RecentValues<number>(MOST_REMEMBERED, this.#intervalMs * (burst + 1));
    this.#forgivenAtMs = { address: memory(), id: memory(), both: memory() };
  }

  /** How long this address must wait before it may try this id, in milliseconds; 0 if it may now. */
  waitMs(address: string, id: string, nowMs: number): number {
    const waits = this.#counters(address, id, nowMs).map(([memory, name]) => {
      const forgivenAtMs = memory.get(name, nowMs) ?? nowMs;
      return forgivenAtMs - (nowMs + this.#intervalMs * (this.#burst - 1));
    });
    return Math.max(0, Math.ceil(Math.max(...waits)));
  }

  failed(address: string, id: string, nowMs: number): void {
    for (const [memory, name] of this.#counters(address, id, nowMs))
      memory.set(name, Math.max(nowMs, memory.get(name, nowMs) ?? nowMs) + this.#intervalMs, nowMs);
  }

  succeeded(address: string, id: string, nowMs: number): void {
    this.#trusted.set(bothOf(address, id), true, nowMs);
  }

  #counters(address: string, id: string, nowMs: number): [RecentValues<number>, string][] {
    const both = bothOf(address, id);
    if (this.#trusted.get(both, nowMs)) return [[this.#forgivenAtMs.both, both]];
    return [
      [this.#forgivenAtMs.address, networkOf(address)],
      [this.#forgivenAtMs.id, id],
    ];
  }
}

function bothOf(address: string, id: string): string {
  return `${networkOf(address)} ${id}`;
}

/**
 * An IPv4 address as it is; of an IPv6 address the first 64 bits, since its owner controls all addresses that share
 * them.
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups(head).length - groups(tail).length);
  const all = [...groups(head), ...Array.from({ length: zeros }, () => "0"), ...groups(tail ?? "")];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
