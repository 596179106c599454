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

/** Undefined until it is known; null if nobody is signed in. */
export const session = signal<Session | null | undefined>(undefined);
/** Did a session end by itself? */
export const isExpired = signal(false);
/** Why it is unknown who is signed in. */
export const sessionFault = signal<Fault | undefined>(undefined);

const HINT = "omnilog-signed-in";

/** Was somebody signed in when this browser last showed the page? Then the view need not wait for the session. */
export function isLikelyIn(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return false;
  }
}

/**
 * Increases whenever somebody else is, or may be, signed in from now on: what was shown is dropped and loaded again.
 */
export const visitors = signal(0);

/** The latest request about the session. Answers to earlier ones may be about somebody who has left. */
let asked = 0;

/**
 * The stored hint reveals nothing about the session. It is different each time, which tells other pages of this browser
 * that the session has changed.
 */
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
    // Without storage in the browser there is no hint.
  }
}

whenSignedOut(() => {
  if (session.value) isExpired.value = true;
  become(null);
});

/**
 * Notices when somebody signs in or out on another page of this browser: immediately, or when this page becomes
 * visible.
 */
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
    // A known session stays while the server cannot be asked.
    else if (!session.value) sessionFault.value = error;
  }
}

/** Throws a Fault if the name or the secret is wrong. */
export async function signIn(name: string, secret: string): Promise<void> {
  const answer = await askJson(SESSION, {}, { method: "POST", body: credentialsOf(name, secret) });
  become(sessionOf(answer), true);
  isExpired.value = false;
}

/** An API key needs no name; users have one. */
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
