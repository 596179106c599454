import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const RUNBOOK = readFileSync(join(resolve(import.meta.dirname, "../.."), "infra/RUNBOOK.md"), "utf8");

/** The shell functions that the runbook's commands use. */
export const FUNCTIONS = /```sh\n(STACK=[^`]*)```/.exec(RUNBOOK)?.[1] ?? "";

/** What the runbook looks up by type and a part of its logical id; `errors` and `lines` do so with log groups. */
export const RESOURCES: readonly (readonly [type: string, part: string])[] = [
  ...matches(/\$\(resource (AWS::[\w:]+) ([A-Z]\w+)\)/g),
  ...matches(/`(?:errors|lines) ([A-Z]\w+)[ `]/g).map(
    ([part = ""]) => ["AWS::Logs::LogGroup", part] as const,
  ),
].map(([type = "", part = ""]) => [type, part] as const);

/** The names that the runbook gives for these parts. */
export const PARTS = /^`\$1` is the start of a logical id: (.*)$/m.exec(RUNBOOK)?.[1]?.match(/\w+/g) ?? [];

/** The outputs of the stack that the runbook asks for. */
export const OUTPUTS = [...new Set(matches(/\$\(output (\w+)\)/g).map(([name = ""]) => name))];

function matches(pattern: RegExp): string[][] {
  return [...RUNBOOK.matchAll(pattern)].map(([, ...groups]) => groups.map((group = "") => group));
}
