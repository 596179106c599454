import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A push as it arrived. */
export interface ReceivedPush {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Somebody who is pushed to, and answers with the status that `answer` gives; "never" is no answer at all. */
export async function startReceiver(answer: (push: ReceivedPush, n: number) => number | "never" = () => 200) {
  const pushes: ReceivedPush[] = [];
  const state = { open: 0, most: 0 };
  const server = createServer(async (request, response) => {
    state.open++;
    state.most = Math.max(state.most, state.open);
    const push = { path: request.url ?? "", headers: request.headers, body: await buffer(request) };
    pushes.push(push);
    const status = answer(push, pushes.length);
    // So that those of one window meet.
    setTimeout(() => {
      state.open--;
      if (status !== "never") response.writeHead(status).end();
    }, 5);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pushes,
    state,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
