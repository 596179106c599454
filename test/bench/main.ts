import { parseArgs } from "node:util";
import { startDynamoDbLocal } from "./dynamodb-local.ts";
import { SECTIONS, type Section } from "./sections.ts";
import { Table } from "./table.ts";

/**
 * npm run bench -- [--reports 200000] [--hours 48] [--shape week] [--only reads,writes,throughput,decode,bundles]
 *
 * --shape week is 5 messages an hour for a week.
 *
 * Measures on DynamoDB Local, which counts capacity units exactly; its milliseconds are this machine's, not AWS's.
 */
const { values } = parseArgs({
  options: {
    reports: { type: "string" },
    hours: { type: "string" },
    shape: { type: "string", default: "usual" },
    only: { type: "string", default: Object.keys(SECTIONS).join(",") },
  },
});

async function main(): Promise<void> {
  const chosen = values.only.split(",").map((name) => {
    if (!(name in SECTIONS))
      throw new Error(`there is no section ${name}: ${Object.keys(SECTIONS).join(", ")}`);
    return name as Section;
  });
  const shape = values.shape === "week" ? { reports: 840, hours: 168 } : { reports: 200_000, hours: 48 };
  const reports = Number(values.reports ?? shape.reports);
  const hours = Number(values.hours ?? shape.hours);
  if (!Number.isInteger(reports) || reports < 100 || !(hours > 0))
    throw new Error("--reports must be a number from 100");
  const dynamodb = await startDynamoDbLocal();
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  try {
    Object.assign(process.env, {
      ...{ AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, AWS_REGION: "eu-west-1" },
      ...{ AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
    });
    const table = new Table();
    for (const name of chosen) await SECTIONS[name](table, { reports, hours });
    table.summary();
  } finally {
    await dynamodb.stop();
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
