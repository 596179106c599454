import { KINDS_OF_INCIDENT } from "../statistics/alerts/shares.ts";
import { CLOSED_BECAUSE } from "../statistics/alerts/watch-state.ts";
import type { ErrorStyle } from "./errors.ts";

type JsonSchema = Readonly<Record<string, unknown>>;
type DescribeFaults = (shape: ErrorStyle["shape"]) => Readonly<Record<string, object>>;

const MOMENT = { type: "string", examples: ["2026-11-22T08:00:00.000+0000"] };
const DATE = { type: "string", format: "date-time", examples: ["2026-11-22T08:00:00.000+01:00"] };
const TEXT = { type: "string" };
const NUMBER = { type: "number" };

const query = (name: string, description: string, schema: JsonSchema) => ({
  ...{ name, in: "query", required: false, description, schema },
});

const SEGMENT = {
  channel: TEXT,
  networkId: { ...TEXT, description: "Only of this network (mccmnc) of the channel" },
  sender: { ...TEXT, description: "Only of this sender" },
};

const NUMBERS = {
  type: "object",
  description:
    "What the rule saw: shares are 0 … 1. SILENCE: `messages` were to be expected. SPEND: `bad`, `usual` and `threshold` are amounts",
  required: ["windowMinutes", "messages", "bad", "share", "usual", "threshold"],
  properties: {
    ...{ windowMinutes: NUMBER, messages: NUMBER, bad: NUMBER, share: NUMBER },
    ...{ usual: NUMBER, threshold: NUMBER, currency: TEXT },
  },
  additionalProperties: false,
};

const INCIDENT = {
  type: "object",
  required: [
    "incidentId",
    "kind",
    "channel",
    "openedAt",
    "since",
    "summary",
    "numbers",
    "worst",
    "also",
    "runbook",
  ],
  properties: {
    incidentId: TEXT,
    kind: { enum: KINDS_OF_INCIDENT },
    ...SEGMENT,
    openedAt: MOMENT,
    closedAt: { ...MOMENT, description: "Absent while it is open" },
    closedBecause: { enum: CLOSED_BECAUSE },
    since: { ...MOMENT, description: "When the first of the messages was sent that it is about" },
    summary: { ...TEXT, description: "A sentence with the numbers" },
    numbers: NUMBERS,
    worst: NUMBERS,
    also: {
      type: "array",
      description: "Others with the same cause",
      items: { type: "object", required: ["channel"], properties: SEGMENT, additionalProperties: false },
    },
    runbook: { ...TEXT, description: "The heading of infra/RUNBOOK.md" },
  },
  additionalProperties: false,
};

/** The OpenAPI path of the incidents. */
export function describeIncidentPaths(faults: DescribeFaults): JsonSchema {
  const schema = {
    type: "object",
    required: ["incidents"],
    properties: {
      incidents: { type: "array", items: INCIDENT },
      judgedUntil: { ...MOMENT, description: "How far the rules have looked" },
      notJudged: { const: "LAG", description: "They do not look just now, since too little is known" },
    },
    additionalProperties: false,
  };
  const parameters = [
    query("since", "Only what was open then or later; by default seven days before until", DATE),
    query("until", "Only what was opened before; by default now", DATE),
    query("open", "Only what is open, or only what is over", { enum: ["true", "false"] }),
    query("limit", "How many of the newest to give", {
      type: "integer",
      minimum: 1,
      maximum: 1_000,
      default: 50,
    }),
  ];
  return {
    "/omnilog/1/incidents": {
      get: {
        operationId: "omnilog_1_incidents",
        summary: "What was worse than usual: of which channel, network or sender, since when, by how much",
        parameters,
        responses: {
          200: {
            description: "The newest first",
            headers: { "x-request-id": { description: "The name of this request in the log", schema: TEXT } },
            content: { "application/json": { schema } },
          },
          ...faults("ApiException"),
        },
      },
    },
  };
}
