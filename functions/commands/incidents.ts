import { parseArgs } from "node:util";
import * as v from "valibot";
import { formatMoment } from "../../lib/message/moment.ts";
import { runCommand } from "./environment.ts";
import { momentOf, sinceOf } from "./flags.ts";
import { askLogs, incidentsUrl, readConnection } from "./remote.ts";

const USAGE = `npm run incidents -- [--open] [--since DATE or 24h] [--until DATE] [--limit 50] [--json]

What was worse than usual, the newest first: of which channel, network or sender, since when, and by how much.
From the environment: OMNILOG_URL (default http://localhost:3000), and OMNILOG_AUTHORIZATION or OMNILOG_CREDENTIALS.
`;

const answer = v.object({
  incidents: v.array(
    v.looseObject({
      kind: v.string(),
      openedAt: v.string(),
      closedAt: v.optional(v.string()),
      summary: v.string(),
      also: v.array(v.unknown()),
      runbook: v.string(),
    }),
  ),
  judgedUntil: v.optional(v.string()),
  notJudged: v.optional(v.string()),
});

await runCommand(async () => {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    options: { open: flag, since: text, until: text, limit: text, json: flag, help: flag },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const query = new URLSearchParams(values.open ? { open: "true" } : {});
  if (values.limit !== undefined) query.set("limit", values.limit);
  const sinceMs = sinceOf("--since", values.since, Date.now());
  const untilMs = momentOf("--until", values.until);
  if (sinceMs !== undefined) query.set("since", formatMoment(sinceMs));
  if (untilMs !== undefined) query.set("until", formatMoment(untilMs));
  const { authorization, url } = readConnection(process.env);
  const { body } = await askLogs(query, { authorization, url: incidentsUrl(url) }, "json");
  process.stdout.write(
    values.json ? `${body}\n` : `${linesOf(v.parse(answer, JSON.parse(body))).join("\n")}\n`,
  );
});

function linesOf({ incidents, judgedUntil, notJudged }: v.InferOutput<typeof answer>): string[] {
  const judged = judgedUntil === undefined ? "Nothing has been judged yet." : `Judged until ${judgedUntil}.`;
  return [
    ...incidents.flatMap(({ kind, openedAt, closedAt, summary, also, runbook }) => [
      `${openedAt}  ${closedAt ? `until ${closedAt}` : "OPEN"}  ${kind}`,
      `    ${summary}${othersOf(also)}`,
      `    ${runbook}`,
    ]),
    ...(incidents.length === 0 ? ["No incidents."] : []),
    notJudged === undefined
      ? judged
      : `${judged} Nothing is judged just now: too little is known of the newest minutes.`,
  ];
}

function othersOf({ length }: readonly unknown[]): string {
  if (length === 0) return "";
  return length === 1 ? " 1 other with it." : ` ${length} others with it.`;
}
