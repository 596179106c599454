import { expect, it } from "vitest";
import { idleCost } from "./idle-cost.ts";
import { synthesize } from "./synthesis.ts";

const MOST_DOLLARS = 9;
const total = (cost: Record<string, number>) => Object.values(cost).reduce((one, other) => one + other, 0);

it("an idle stack costs nine dollars a month at most, without any free tier", () => {
  const cost = idleCost(synthesize());
  if (process.env.OMNILOG_COST) console.table({ ...cost, total: total(cost) });
  expect(total(cost)).toBeLessThanOrEqual(MOST_DOLLARS);
}, 120_000);

it("a dashboard is three dollars more", () => {
  const cost = idleCost(synthesize({ dashboard: "true" }));
  expect(cost.dashboards).toBe(3);
}, 120_000);
