import assert from "node:assert/strict";

/** Who may ask the deployed stack. */
export const CLIENT = "reader:open sesame";

export interface Row {
  readonly messageId: string;
  readonly channel: string;
  readonly to: string;
  readonly bulkId?: string;
  readonly status: { readonly groupName: string };
}

/** The header of a user name and password. */
export const basic = (pair: string) => `Basic ${btoa(pair)}`;

/** Asks the endpoint. */
export function ask(url: string, query: string, headers: Readonly<Record<string, string>> = {}) {
  const authorization = basic(CLIENT);
  return fetch(`${url}?${query}`, { headers: { authorization, accept: "application/json", ...headers } });
}

/** What a question finds. Throws when the answer is not a good one. */
export async function listed(url: string, query: string): Promise<Row[]> {
  const answer = await ask(url, query);
  if (answer.status !== 200) throw new Error(`${query}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { results: Row[] }).results;
}

/** Right and wrong credentials, JSON and XML, and a question by each filter. */
export async function checkAnswers(url: string): Promise<void> {
  await checkCredentials(url);
  const xml = await ask(url, "limit=2", { accept: "application/xml" });
  assert.equal(xml.status, 200);
  assert.match(xml.headers.get("content-type") ?? "", /^application\/xml/);
  assert.match(await xml.text(), /<messageId>/);
  await checkFilters(url);
  assert.equal((await ask(url, "limit=0")).status, 400);
}

/** The page and what it loads come from its Lambda; a session from the query's, on the same host. */
export async function checkConsole(url: string): Promise<void> {
  const page = await fetch(url);
  assert.equal(page.status, 200);
  assert.match(page.headers.get("content-security-policy") ?? "", /script-src 'self'/);
  const shown = await page.text();
  const withSlash = await fetch(`${url}/`);
  assert.deepEqual(
    [withSlash.status, await withSlash.text()],
    [200, shown],
    "with a slash it is the same page",
  );
  for (const each of [url, `${url}/`]) assert.equal((await fetch(each, { method: "HEAD" })).status, 200);
  const gone = await fetch(`${url}/assets/gone.js`);
  assert.equal(gone.status, 404);
  assert.equal(gone.headers.get("cache-control"), "no-store");
  const names = [...shown.matchAll(/(?:src|href)="\/console(\/assets\/[^"]+)"/g)];
  assert.ok(names.length >= 3, "it names what it loads");
  for (const [, name] of names) assert.equal((await fetch(url + name)).status, 200, name);
  const base = new URL(`${url.replace(/\/console$/, "")}/omnilog/1/session`);
  const [user, password] = CLIENT.split(":");
  const own = { "sec-fetch-site": "same-origin", "content-type": "application/json", origin: base.origin };
  const signedIn = await fetch(base, {
    method: "POST",
    headers: own,
    body: JSON.stringify({ user, password }),
  });
  assert.equal(signedIn.status, 200, await signedIn.clone().text());
  const [cookie = ""] = signedIn.headers.getSetCookie().map((each) => each.split(";")[0] ?? "");
  const me = await fetch(base, { headers: { ...own, cookie } });
  assert.equal(((await me.json()) as { client: string }).client, user);
  assert.equal((await fetch(base, { headers: { cookie } })).status, 403);
}

async function checkCredentials(url: string): Promise<void> {
  const wrong = await ask(url, "limit=1", { authorization: basic("reader:wrong") });
  assert.equal(wrong.status, 401);
  assert.match(await wrong.text(), /UNAUTHORIZED/);
  assert.equal((await fetch(url)).status, 401);
}

async function checkFilters(url: string): Promise<void> {
  const all = await listed(url, "limit=1000");
  const one = all.find(({ bulkId }) => bulkId) ?? all[0];
  assert.ok(one);
  const questions: Record<string, (row: Row) => boolean> = {
    [`messageId=${encodeURIComponent(one.messageId)}`]: (row) => row.messageId === one.messageId,
    [`to=${encodeURIComponent(one.to)}`]: (row) => row.to === one.to,
    [`bulkId=${encodeURIComponent(one.bulkId ?? "")}`]: (row) => row.bulkId === one.bulkId,
    [`channel=${one.channel}`]: (row) => row.channel === one.channel,
    "generalStatus=DELIVERED": (row) => row.status.groupName === "DELIVERED",
  };
  for (const [question, fits] of Object.entries(questions)) {
    const found = await listed(url, `limit=1000&${question}`);
    assert.ok(found.length > 0, `${question} finds nothing`);
    assert.ok(found.every(fits), `${question} finds what does not fit`);
    const expected = new Set(all.filter(fits).map(({ messageId }) => messageId));
    const known = new Set(found.map(({ messageId }) => messageId));
    assert.ok(
      [...expected].every((id) => known.has(id) || found.length === 1000),
      `${question} misses some`,
    );
  }
}
