import { type Chance, type Message, RECIPIENTS, SENDERS, type Truth, written } from "./messages.ts";

type Question = Record<string, string[]>;

/** What `/omni/1/logs` must answer to these parameters, in plain code. */
export function expected(messages: readonly Message[], question: Question): Truth[] {
  const one = (name: string) => question[name]?.[0];
  const is = (name: string, value: unknown) => !question[name] || question[name].includes(value as string);
  const network = `${one("mcc") ?? ""}${one("mnc") ?? ""}`;
  return messages
    .filter(({ truth, sentAtMs }) => {
      const { groupName } = truth.status as { groupName: string };
      const inNetwork = one("mnc")
        ? truth.mccmnc === network
        : String(truth.mccmnc ?? "").startsWith(network);
      const since = Number(one("sinceMs") ?? -Infinity);
      return (
        ["from", "to", "bulkId", "messageId", "channel"].every((name) => is(name, truth[name])) &&
        is("generalStatus", groupName) &&
        inNetwork &&
        sentAtMs >= since &&
        sentAtMs <= Number(one("untilMs") ?? Infinity)
      );
    })
    .sort((a, b) => b.sentAtMs - a.sentAtMs || compare(keyOf(a.truth), keyOf(b.truth)))
    .slice(0, Number(one("limit") ?? 50))
    .map(({ truth }) => truth);
}

export const keyOf = ({ messageId, channel }: Truth) => `${messageId} ${channel}`;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** A random question, mostly about things that exist. */
export function ask(messages: readonly Message[], chance: Chance): Question {
  const some = () => chance.pick(messages);
  const known = some();
  const around = (hours: number) =>
    String(known.sentAtMs + Math.floor((chance.next() - 0.5) * hours * 3.6e6));
  const network = String(known.truth.mccmnc ?? "22801");
  const [sinceMs, untilMs] = [around(chance.pick([0, 1, 40])), around(chance.pick([0, 1, 40]))].sort() as [
    string,
    string,
  ];
  const field = (name: string) => ({ [name]: [String(known.truth[name] ?? "none")] });
  const ids = (name: string) =>
    [...Array(1 + chance.below(4))].map(() => String(some().truth[name] ?? "none"));
  return {
    ...chance.maybe(0.2, { from: [chance.pick([...SENDERS, String(known.truth.from)])] }),
    ...chance.maybe(0.2, { to: [chance.pick(RECIPIENTS)] }),
    ...chance.maybe(0.2, { bulkId: [...ids("bulkId"), String(known.truth.bulkId)] }),
    ...chance.maybe(0.1, { messageId: [...ids("messageId"), known.truth.messageId] }),
    ...chance.maybe(0.2, field("channel")),
    ...chance.maybe(0.2, { generalStatus: [(known.truth.status as { groupName: string }).groupName] }),
    ...chance.maybe(0.2, { mcc: [network.slice(0, 3)], ...chance.maybe(0.5, { mnc: [network.slice(3)] }) }),
    ...chance.maybe(0.3, { sinceMs: [sinceMs] }),
    ...chance.maybe(0.3, { untilMs: [untilMs] }),
    ...chance.maybe(0.6, { limit: [String(1 + chance.below(1000))] }),
  } as Question;
}

/** The question as a query string: ids by comma or repeated, dates in every documented form. */
export function spell(question: Question, chance: Chance): string {
  const parts = Object.entries(question).flatMap(([name, values]) => {
    if (name.endsWith("Ms")) {
      const offset = chance.pick(["+01:00", "+0100", "-0530", "Z"]);
      const date = written(Number(values[0]), offset).replace("+", chance.pick(["+", "%2B", "%2b"]));
      return [`${name === "sinceMs" ? "sentSince" : "sentUntil"}=${date}`];
    }
    const encoded = values.map(encodeURIComponent);
    const spelled = chance.pick([name, name, name.toLowerCase()]);
    if (chance.next() < 0.5) return [`${spelled}=${encoded.join(chance.pick([",", "%2C"]))}`];
    return encoded.map((value) => `${spelled}=${value}`);
  });
  return parts.join("&");
}
