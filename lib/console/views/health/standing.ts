import { batch, signal } from "@preact/signals";
import { askJson, Fault } from "../../api.ts";
import { writeLength } from "../../widgets/times.tsx";

/** The answer of `/omnilog/1/health`. Optional fields are absent for limited clients. */
export interface Health {
  readonly sources: readonly Source[];
  readonly settling?: { readonly waitingPages: number; readonly waitingSeconds: number };
  readonly reconciling?: {
    readonly passes: readonly { readonly pass: string; readonly behindSeconds: number }[];
  };
  readonly quarantine?: { readonly count: number; readonly isMore: boolean };
  readonly clients?: readonly ClientLag[];
  readonly push?: { readonly lastArrivalAt?: string };
}
export interface Source {
  readonly source: string;
  readonly lastGoodPullAt?: string;
  readonly lagSeconds?: number;
  readonly openPulls?: number;
  readonly waitingPages?: number;
  readonly doubts?: readonly { readonly reason: string; readonly count: number }[];
}
export interface ClientLag {
  readonly client: string;
  readonly source: string;
  readonly pages: number;
  readonly lagSeconds: number;
  readonly secondsLeft?: number;
}

export const health = signal<Health | undefined>(undefined);
export const healthFault = signal<Fault | undefined>(undefined);

export async function loadHealth(signal?: AbortSignal): Promise<void> {
  try {
    const found = (await askJson("/omnilog/1/health", {}, { signal })) as unknown as Health;
    batch(() => {
      health.value = found;
      healthFault.value = undefined;
    });
  } catch (error) {
    if (signal?.aborted) return;
    healthFault.value = error instanceof Fault ? error : new Fault(500, "This answer cannot be shown.");
  }
}

export function forgetHealth(): void {
  health.value = undefined;
  healthFault.value = undefined;
}

/** At what age each pass of the reconciler compares a message with the logs. */
export const PASSES: Readonly<Record<string, string>> = {
  fresh: "at once",
  settled: "after an hour",
  last: "before Infobip forgets",
};

/** A pull is late if several have been missed, whatever their interval. */
const LATE_SECONDS = 600;
const BEHIND_SECONDS = 3_600;
/** A client whose oldest unread report expires sooner than this is about to lose reports. */
const LEFT_SECONDS = 86_400;

/** What is wrong, in words. */
export function worriesOf({ sources, reconciling, quarantine, clients = [] }: Health): string[] {
  const late = sources.filter(({ lagSeconds }) => lagSeconds === undefined || lagSeconds > LATE_SECONDS);
  const doubts = sources.flatMap((source) => source.doubts ?? []).reduce((sum, { count }) => sum + count, 0);
  const behind = (reconciling?.passes ?? []).filter(({ behindSeconds }) => behindSeconds > BEHIND_SECONDS);
  const losing = clients.filter(
    ({ pages, secondsLeft = Infinity }) => pages > 0 && secondsLeft < LEFT_SECONDS,
  );
  return [
    ...late.map(({ source, lagSeconds }) =>
      lagSeconds === undefined
        ? `${source} has never been pulled.`
        : `${source} was last pulled ${writeLength(lagSeconds * 1_000)} ago.`,
    ),
    ...(doubts > 0
      ? [
          `${doubts} ${doubts === 1 ? "pull is" : "pulls are"} in doubt: the reconciler compares them with Infobip's logs.`,
        ]
      : []),
    ...behind.map(
      ({ pass, behindSeconds }) =>
        `The comparison with Infobip's logs ${PASSES[pass] ?? pass} is ${writeLength(behindSeconds * 1_000)} behind.`,
    ),
    ...(quarantine && quarantine.count > 0
      ? [`${quarantine.count}${quarantine.isMore ? " or more" : ""} in quarantine.`]
      : []),
    ...losing.map(
      ({ client, source }) => `${client} will soon lose reports of ${source}: it has not read them for long.`,
    ),
  ];
}
