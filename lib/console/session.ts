import { effect, signal } from "@preact/signals";
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

effect(() => {
  try {
    if (session.value) localStorage.setItem(HINT, "1");
    else if (session.value === null) localStorage.removeItem(HINT);
  } catch {
    // Where the browser keeps nothing, there is no hint.
  }
});

whenSignedOut(() => {
  if (session.value) isExpired.value = true;
  session.value = null;
});

export async function loadSession(): Promise<void> {
  sessionFault.value = undefined;
  try {
    session.value = sessionOf(await askJson(SESSION));
  } catch (error) {
    if (error instanceof Fault && error.status !== 401 && error.status !== 404) sessionFault.value = error;
    else session.value = null;
  }
}

/** Throws a Fault when the name or the secret is wrong. */
export async function signIn(name: string, secret: string): Promise<void> {
  session.value = sessionOf(
    await askJson(SESSION, {}, { method: "POST", body: credentialsOf(name, secret) }),
  );
  isExpired.value = false;
}

/** A client's key stands alone; users have a name. */
function credentialsOf(name: string, secret: string) {
  return name === "" ? { key: secret } : { user: name, password: secret };
}

export async function signOut(): Promise<void> {
  await ask(SESSION, {}, { method: "DELETE" }).catch(() => undefined);
  isExpired.value = false;
  session.value = null;
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
