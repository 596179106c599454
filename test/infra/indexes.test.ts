import { describe, expect, it } from "vitest";
import { INDEX_RELEASES } from "../../infra/index-releases.ts";
import { TABLE } from "../../lib/store/table.ts";

/** How many indexes must be made or removed to come from one release to another; a changed key is both. */
function stepsBetween(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): number {
  const entries = (release: Readonly<Record<string, string>>) =>
    new Set(Object.entries(release).map(([name, key]) => `${name}:${key}`));
  return entries(one).symmetricDifference(entries(other)).size;
}

describe("the indexes", () => {
  it("change by one from release to release, as CloudFormation can deploy", () => {
    for (const [n, release] of INDEX_RELEASES.slice(1).entries()) {
      expect(stepsBetween(INDEX_RELEASES[n] ?? {}, release), `release ${n + 2}`).toBe(1);
    }
  });

  it("of the newest release are those that the code uses", () => {
    const used = Object.fromEntries(TABLE.indexes.map(({ name, partitionKey }) => [name, partitionKey]));
    expect(INDEX_RELEASES.at(-1)).toEqual(used);
  });

  it("of the first release stay what they were: owners have them", () => {
    expect(INDEX_RELEASES[0]).toEqual({ byTime: "t", byRecipient: "r", byBulk: "b", byException: "x" });
  });
});
