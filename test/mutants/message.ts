import type { Mutant } from "./mutant.ts";

/** Bugs in what a report is, and in what of several holds. */
export const MESSAGE: readonly Mutant[] = [
  {
    name: "the last report wins",
    file: "lib/message/merge.ts",
    search: "  if (order !== 0) return order > 0 ? a : b;\n",
    replace: "  if (order !== 0) return b;\n",
    harm: "a report that comes late takes a final status back",
  },
  {
    name: "the earlier of two wins",
    file: "lib/message/merge.ts",
    search: "  return a[0] - b[0] || a[1] - b[1];",
    replace: "  return a[0] - b[0] || b[1] - a[1];",
    harm: "of two reports of one rank the older holds",
    tests: ["test/message/merge.property.test.ts"],
  },
  {
    name: "an empty field replaces a filled one",
    file: "lib/message/merge.ts",
    search: "    const claim = x && y ? greater(x, y) : (x ?? y);",
    replace: "    const claim = x && y ? greater(x, y) : y;",
    harm: "sender and text are lost with the next report",
  },
  {
    name: "prices lose their zeros",
    file: "lib/message/json.ts",
    search: 'typeof value === "number" && source !== undefined && source !== String(value)',
    replace: 'typeof value === "number" && source !== undefined && Number(source) !== value',
    harm: "0.0100 becomes 0.01",
  },
  {
    name: "expires by sentAt alone",
    file: "lib/message/record.ts",
    search: "record.doneAt ? epochMsOf(record.doneAt) : -Infinity",
    replace: "record.doneAt ? -Infinity : -Infinity",
    harm: "a message that was delivered late is gone too early",
    tests: ["test/message/record.test.ts"],
  },
  {
    name: "takes a merge for done by its values alone",
    file: "lib/message/merge.ts",
    search: "greater(own, theirs) !== own",
    replace: "greater(own, theirs).value !== own.value",
    harm: "how far on a field's report was is forgotten: the order of arrival decides what is served",
    tests: ["test/message/merge.property.test.ts"],
  },
];
