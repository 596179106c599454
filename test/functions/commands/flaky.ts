import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to a request: it passes, is answered with a status, is cut off before or within the answer, or hangs. */
export type Misfortune = "pass" | "reset" | "break off" | "hang" | 400 | 429 | 503;

/** Stands before a service, and does to its requests what the script says, in turn; after its end all pass. */
export async function startFlaky(url: string, script: readonly Misfortune[]) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const misfortune = script[asked.length] ?? "pass";
    asked.push(request.url ?? "");
    if (misfortune === "reset") return request.socket.destroy();
    if (misfortune === "hang") return;
    if (typeof misfortune === "number") {
      const wait: Record<string, string> = misfortune === 400 ? {} : { "retry-after": "1" };
      response.writeHead(misfortune, { ...wait, "content-type": "application/json" });
      return response.end('{"requestError":{}}');
    }
    const { authorization = "", accept = "" } = request.headers;
    const answer = await fetch(url + request.url, { headers: { authorization, accept } });
    const body = Buffer.from(await answer.arrayBuffer());
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => !/encoding$/.test(name)));
    response.writeHead(answer.status, { ...headers, "content-length": body.length });
    if (misfortune === "pass") return response.end(body);
    response.write(body.subarray(0, body.length / 2));
    setTimeout(() => request.socket.destroy(), 50);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
