import { type AddressInfo, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Afterwards } from "../../infra/local/afterwards.ts";
import { serveHandler } from "../../infra/local/http.ts";

const nothing = async () => {};

// By a real clock: a process that is kept waiting for a quarter of a second has put it off for long enough.
test("what is done afterwards waits while somebody is being answered, though not for ever", {
  retry: 3,
}, async () => {
  const afterwards = new Afterwards();
  const answered = afterwards.answer();
  let isDone = false;
  const done = afterwards.add("merge", async () => {
    isDone = true;
  });
  await sleep(40);
  expect(isDone).toBe(false);
  answered();
  await done;
  expect(isDone).toBe(true);
  afterwards.answer();
  const startedMs = performance.now();
  await afterwards.add("merge", nothing);
  expect(performance.now() - startedMs).toBeGreaterThan(200);
});

test("of the same that is asked for many times one is done; once more for what came while it was", async () => {
  const afterwards = new Afterwards();
  const runs: number[] = [];
  let went: (() => void) | undefined;
  const job = (n: number) => async () => {
    runs.push(n);
    if (n === 0) await new Promise<void>((resolve) => (went = resolve));
  };
  const all = [afterwards.add("sms", job(0)), afterwards.add("email", job(1))];
  while (!went) await sleep(1);
  for (const n of [2, 3, 4]) all.push(afterwards.add("sms", job(n)));
  went();
  await Promise.all(all);
  expect(runs.sort()).toEqual([0, 1, 4]);
});

test("a fault of one thing is no other's", async () => {
  const afterwards = new Afterwards();
  await afterwards.add("merge", () => Promise.reject(new Error("no database")));
  let isDone = false;
  await afterwards.add("merge", async () => {
    isDone = true;
  });
  expect(isDone).toBe(true);
});

test("somebody who never sends the rest of his body keeps nothing waiting", async () => {
  const afterwards = new Afterwards();
  const answer = async () => ({ statusCode: 200, headers: {}, body: "" });
  const server = await serveHandler(answer, 0, "127.0.0.1", afterwards);
  const arrived = new Promise((resolve) => server.once("request", resolve));
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write("POST /push/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
  await arrived;
  const startedMs = performance.now();
  await afterwards.add("merge", nothing);
  expect(performance.now() - startedMs).toBeLessThan(200);
  socket.destroy();
  server.close();
});
