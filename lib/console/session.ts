import { batch, signal } from "@preact/signals";
import { ask, askJson, Fault, SESSION, whenSignedOut } from "./api.ts";

/** Who is signed in, and what they may see. */
export interface Session {
  readonly client: string;
  readonly isAdmin: boolean;
  readonly isTextHidden: boolean;
  readonly channels?: readonly string[];
  readonly senders?: readonly string[];
}

/** Undefined until it is known; null when nobody is signed in. */
export const session = signal<Session | null | undefined>(undefined);
/** Was somebody here whose session ended by itself? */
export const isExpired = signal(false);
/** Why it is not known who is signed in. */
export const sessionFault = signal<Fault | undefined>(undefined);

const HINT = "omnilog-signed-in";

/** Was somebody signed in on this browser when the page was last here? Then the view need not wait until it is known. */
export function isLikelyIn(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return false;
  }
}

/** Goes up whenever it is, or may be, somebody else from now on: what was shown is forgotten, and asked for anew. */
export const visitors = signal(0);

/** Which answer about the session is awaited: those before it are of somebody who may have left. */
let asked = 0;

/** The hint says nothing of the session: that it is another one each time tells the other pages of this browser of it. */
function become(next: Session | null, isNew = false): void {
  asked++;
  const last = session.value;
  batch(() => {
    if (!next || (last && JSON.stringify(last) !== JSON.stringify(next))) visitors.value++;
    session.value = next;
  });
  try {
    if (!next) localStorage.removeItem(HINT);
    else if (isNew || !isLikelyIn()) localStorage.setItem(HINT, String(Math.random()));
  } catch {
    // Where the browser keeps nothing, there is no hint.
  }
}

whenSignedOut(() => {
  if (session.value) isExpired.value = true;
  become(null);
});

/** Notices who signs in or out on another page of this browser: at once, or else when this page is looked at again. */
export function watchSession(): void {
  addEventListener("storage", ({ key }) => {
    if (key !== HINT && key !== null) return;
    batch(() => {
      visitors.value++;
      session.value = undefined;
    });
    loadSession();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && session.value) loadSession();
  });
}

export async function loadSession(): Promise<void> {
  const own = ++asked;
  sessionFault.value = undefined;
  try {
    const found = sessionOf(await askJson(SESSION));
    if (own === asked) become(found);
  } catch (error) {
    if (own !== asked) return;
    if (!(error instanceof Fault) || error.status === 401 || error.status === 404) become(null);
    // Who is known stays so while it cannot be asked.
    else if (!session.value) sessionFault.value = error;
  }
}

/** Throws a Fault when the name or the secret is wrong. */
export async function signIn(name: string, secret: string): Promise<void> {
  const answer = await askJson(SESSION, {}, { method: "POST", body: credentialsOf(name, secret) });
  become(sessionOf(answer), true);
  isExpired.value = false;
}

/** A client's key stands alone; users have a name. */
function credentialsOf(name: string, secret: string) {
  return name === "" ? { key: secret } : { user: name, password: secret };
}

export async function signOut(): Promise<void> {
  await ask(SESSION, {}, { method: "DELETE" }).catch(() => undefined);
  isExpired.value = false;
  become(null);
}

function sessionOf(answer: Awaited<ReturnType<typeof askJson>>): Session {
  const { client, isAdmin, isTextHidden, channels, senders } = answer;
  return {
    client: String(client ?? ""),
    isAdmin: isAdmin === true,
    isTextHidden: isTextHidden === true,
    ...(Array.isArray(channels) ? { channels: channels.map(String) } : {}),
    ...(Array.isArray(senders) ? { senders: senders.map(String) } : {}),
  };
}
