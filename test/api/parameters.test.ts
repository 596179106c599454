import { describe, expect, test } from "vitest";
import { parseLogsRequest } from "../../lib/api/parameters.ts";

const requestOf = (query: string) => {
  const parsed = parseLogsRequest(query);
  if ("violations" in parsed) throw new Error(JSON.stringify(parsed.violations));
  return parsed.request;
};
const violationsOf = (query: string) => {
  const parsed = parseLogsRequest(query);
  return "violations" in parsed ? parsed.violations : {};
};
const AT_MS = Date.parse("2015-02-22T16:42:05.390Z");

test("without parameters: the last fifty of all", () => {
  expect(requestOf("")).toEqual({ filter: {}, limit: 50, useCursor: false });
});

test("every parameter at once, names in any case", () => {
  const query =
    "FROM=Shop&To=41&bulkid=b&MessageID=m&generalstatus=ACCEPTED&sentsince=2015-02-22T16:42:05.390Z&limit=1000" +
    "&mcc=228&MNC=01&Channel=SMS&usecursor=true";
  expect(requestOf(query)).toEqual({
    filter: {
      ...{ from: "Shop", to: "41", bulkId: ["b"], messageId: ["m"], generalStatus: "ACCEPTED" },
      ...{ sentSince: AT_MS, mcc: "228", mnc: "01", channel: "SMS" },
    },
    ...{ limit: 1000, useCursor: true },
  });
});

test.for(["bulkId=a,b&bulkId=c", "bulkid=a&BULKID=b,,c", "bulkId=%20a%20,b&bulkId=,c"])(
  "several ids: %s",
  (query) => {
    expect(requestOf(query).filter).toEqual({ bulkId: ["a", "b", "c"] });
  },
);

test.for([
  "2015-02-22T17:42:05.390%2B01:00",
  "2015-02-22T17:42:05.390%2B0100",
  "2015-02-22T17:42:05.390+01:00",
  "2015-02-22T17:42:05.390+0100",
  "2015-02-22T17:42:05.390%252b01:00",
  "2015-02-22T16:42:05.390Z",
  "2015-02-22T12:12:05.390-0430",
])("the same moment: %s", (date) => {
  expect(requestOf(`sentUntil=${date}`).filter).toEqual({ sentUntil: AT_MS });
});

describe("refuses", () => {
  test.for([
    ...["limit=0", "limit=1001", "limit=1.5", "limit=abc", "limit=", "limit=-1", "limit=1e2", "limit=%2B5"],
    ...["sentSince=yesterday", "sentSince=2015-02-30T00:00:00.000Z", "sentSince=2015-02-22T17:42:05.390"],
    ...["sentUntil=2015-02-22", "sentUntil=", "sentUntil=2015-02-22T25:00:00.000Z"],
    ...["generalStatus=SENT", "generalStatus=delivered", "generalStatus="],
    ...["mcc=22", "mcc=abcd", "mnc=1234&mcc=228", "mnc=01", "channel=", `channel=${"x".repeat(65)}`],
    ...["from=", "to=", "bulkId=", "messageId=,", `messageId=${"a,".repeat(1001)}`],
    ...["useCursor=yes", "cursor="],
    ...["from=a&from=b", "limit=1&LIMIT=2", "mcc=228&mcc=229", "colour=red", "constructor=1", "__proto__=1"],
    "sentSince=2015-02-22T17:42:05.390Z&sentUntil=2015-02-22T17:42:05.389Z",
  ])("%s, and names the parameter", (query) => {
    const name = query.split("=")[0] ?? "";
    const wrong = Object.keys(violationsOf(query)).map((key) => key.toLowerCase());
    expect(wrong).toEqual([name.toLowerCase()]);
  });
});

test("names everything that is wrong at once", () => {
  expect(Object.keys(violationsOf("limit=0&mcc=x&colour=red")).sort()).toEqual(["colour", "limit", "mcc"]);
});
