import { parseArgs } from "node:util";
import { startDynamoDbLocal } from "./dynamodb-local.ts";
import { SECTIONS, type Section } from "./sections.ts";
import { SHAPES, type Shape } from "./shapes.ts";
import { Table } from "./table.ts";

/**
 * npm run bench -- [--shape usual,million,…] [--reports 200000] [--hours 48] [--only life,reports,pushes,statistics,finished,questions,throughput,decode,bundles] [--model]
 *
 * Measures on DynamoDB Local, which counts capacity units exactly; its milliseconds are this machine's, not AWS's. `--model`
 * measures lives on the simulation's model of it, which counts the same units: faster, without Java, and by kind of item.
 */
const { values } = parseArgs({
  options: {
    reports: { type: "string" },
    hours: { type: "string" },
    shape: { type: "string", default: "usual" },
    model: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(SECTIONS).join(",") },
  },
});

async function main(): Promise<void> {
  const chosen = values.only.split(",").map((name) => {
    if (!(name in SECTIONS))
      throw new Error(`there is no section ${name}: ${Object.keys(SECTIONS).join(", ")}`);
    return name as Section;
  });
  const shapes = values.shape.split(",").map(shapeNamed);
  const table = new Table();
  const run = async () => {
    for (const shape of shapes) for (const name of chosen) await SECTIONS[name](table, shape);
    table.summary();
  };
  if (values.model) return run();
  const dynamodb = await startDynamoDbLocal();
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  try {
    Object.assign(process.env, {
      ...{ AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, AWS_REGION: "eu-west-1" },
      ...{ AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
    });
    await run();
  } finally {
    await dynamodb.stop();
  }
}

function shapeNamed(name: string): Shape {
  const shape = SHAPES[name];
  if (!shape) throw new Error(`there is no shape ${name}: ${Object.keys(SHAPES).join(", ")}`);
  const reports = Number(values.reports ?? shape.reports);
  const hours = Number(values.hours ?? shape.hours);
  if (!Number.isInteger(reports) || reports < 100 || !(hours > 0))
    throw new Error("--reports must be a number from 100");
  return { ...shape, reports, hours };
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
