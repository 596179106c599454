import { batch, signal } from "@preact/signals";
import { askJson, Fault, objectsOf } from "../../api.ts";
import { rowsOf, type StatisticsRow } from "./figures.ts";
import { before, type Stretch } from "./range.ts";

const COUNTED =
  "TOTAL_SENT_TRAFFIC_COUNT,DELIVERED_TRAFFIC_COUNT,FAILED_TRAFFIC_COUNT,PENDING_TRAFFIC_COUNT,TRAFFIC_DELIVERY_RATE";
const MEASURED = `${COUNTED},DELIVERY_TIME_P50,DELIVERY_TIME_P95`;
const FAILED = "UNDELIVERABLE,EXPIRED,REJECTED";
/** Rates and percentiles cannot be summed here: without this the API returns them per channel. */
const ALL = "ALL_CHANNELS";

/** An alert: a drop, a delay or a silence. */
export interface Incident {
  readonly incidentId: string;
  readonly kind: string;
  readonly channel: string;
  readonly networkId?: unknown;
  readonly sender?: string;
  readonly since: string;
  readonly openedAt: string;
  readonly closedAt?: string;
  readonly summary: string;
}

interface Question {
  readonly query: Readonly<Record<string, string>>;
  /** Is it about the period before? */
  readonly isEarlier?: boolean;
  /** Is it also split by the steps of the charts? */
  readonly isStepped?: boolean;
}

/** The questions to the statistics, by what they are shown as. */
const QUESTIONS = {
  totals: { query: { aggregateBy: ALL, metrics: MEASURED } },
  earlier: { query: { aggregateBy: ALL, metrics: MEASURED }, isEarlier: true },
  prices: { query: { aggregateBy: ALL, metrics: "PRICE_TOTAL" } },
  earlierPrices: { query: { aggregateBy: ALL, metrics: "PRICE_TOTAL" }, isEarlier: true },
  series: { query: { aggregateBy: ALL, metrics: MEASURED }, isStepped: true },
  networks: { query: { aggregateBy: `${ALL},NETWORK_ID,COUNTRY_NAME`, metrics: MEASURED } },
  failures: {
    query: { aggregateBy: `${ALL},ERROR_CODE,NETWORK_ID`, statusGroups: FAILED, metrics: COUNTED },
  },
  channels: { query: { metrics: MEASURED } },
} as const satisfies Readonly<Record<string, Question>>;
type Part = keyof typeof QUESTIONS;

/** Everything that the overview shows for a range, as far as it has loaded. */
export interface Overview extends Readonly<Partial<Record<Part, readonly StatisticsRow[] | undefined>>> {
  readonly stretch: Stretch;
  readonly incidents?: readonly Incident[] | undefined;
  /** Some older hours are not up to date. */
  readonly isIncomplete: boolean;
}

export const overview = signal<Overview | undefined>(undefined);
export const isAsking = signal(false);
export const fault = signal<Fault | undefined>(undefined);
let calledOff = new AbortController();

/** The name of the range whose numbers are shown. */
let shownRange = "";

/**
 * Loads everything at once. For a new range each part is shown as soon as it has loaded; on later loads the old numbers
 * stay until all new ones are there.
 */
export async function loadOverview(stretch: Stretch, range: string): Promise<void> {
  calledOff.abort();
  calledOff = new AbortController();
  const { signal: off } = calledOff;
  let gathered: Overview = { stretch, isIncomplete: false };
  const isFirst = overview.value?.channels === undefined || range !== shownRange;
  shownRange = range;
  let shown = Promise.resolve();
  const gather = (part: Partial<Overview>) => {
    const isIncomplete = gathered.isIncomplete || part.isIncomplete === true;
    gathered = { ...gathered, ...part, isIncomplete };
    // Parts that load together are drawn one after the other, so that a slow phone stays responsive.
    if (isFirst) shown = shown.then(nextTurn).then(() => show(part, off));
  };
  batch(() => {
    if (isFirst) {
      overview.value = gathered;
      fault.value = undefined;
    }
    isAsking.value = true;
  });
  try {
    await Promise.all([
      loadIncidents(stretch, off).then((incidents) => gather({ incidents })),
      ...Object.keys(QUESTIONS).map((part) => count(part as Part, stretch, off).then(gather)),
    ]);
    await shown;
    if (off.aborted) return;
    batch(() => {
      overview.value = gathered;
      fault.value = undefined;
      isAsking.value = false;
    });
  } catch (error) {
    if (off.aborted) return;
    calledOff.abort();
    batch(() => {
      fault.value = error instanceof Fault ? error : new Fault(500, "These numbers cannot be shown.");
      isAsking.value = false;
    });
  }
}

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve));

function show(part: Partial<Overview>, off: AbortSignal): void {
  if (overview.value && !off.aborted) overview.value = { ...overview.value, ...part };
}

async function count(part: Part, stretch: Stretch, signal: AbortSignal): Promise<Partial<Overview>> {
  const { query, isEarlier, isStepped }: Question = QUESTIONS[part];
  const of = isEarlier ? before(stretch) : stretch;
  const asked = {
    sentSince: new Date(of.sinceMs).toISOString(),
    sentUntil: new Date(of.untilMs).toISOString(),
    ...query,
    ...(isStepped ? { aggregateBy: `${ALL},${stretch.step}` } : {}),
  };
  const answer = await askJson("/omnilog/1/statistics", asked, { signal });
  return { [part]: rowsOf(answer), isIncomplete: answer.incomplete === true };
}

/** Without alerts there are none to show. */
async function loadIncidents({ sinceMs, untilMs }: Stretch, signal: AbortSignal): Promise<Incident[]> {
  const query = { since: new Date(sinceMs).toISOString(), until: new Date(untilMs).toISOString() };
  const answer = await askJson("/omnilog/1/incidents", query, { signal }).catch((error: unknown) => {
    if (error instanceof Fault) return undefined;
    throw error;
  });
  return objectsOf(answer?.incidents) as unknown as Incident[];
}

/** What one client has seen must not be shown to the next one. */
export function forgetOverview(): void {
  calledOff.abort();
  batch(() => {
    overview.value = undefined;
    fault.value = undefined;
    isAsking.value = false;
  });
}
