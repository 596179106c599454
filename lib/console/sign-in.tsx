import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Fault } from "./api.ts";
import { isExpired, signIn } from "./session.ts";
import { Mark } from "./widgets/mark.tsx";

/** The sign-in. The URL keeps where the reader was going. */
export function SignIn() {
  const isBusy = useSignal(false);
  const fault = useSignal("");
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    isBusy.value = true;
    fault.value = "";
    try {
      await signIn(String(given.get("user") ?? "").trim(), String(given.get("secret") ?? ""));
    } catch (error) {
      fault.value =
        error instanceof Fault ? wordsFor(error) : "Something went wrong on this page. Reload it.";
    }
    isBusy.value = false;
  };
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <Mark />
        <h1>Sign in to Omnilog</h1>
        {isExpired.value && <p class="quiet">Your session is over. Sign in, and go on where you were.</p>}
        <label>
          User
          <input ref={first} name="user" autoComplete="username" autoCapitalize="off" spellcheck={false} />
          <span class="quiet">Leave it empty if you have a key.</span>
        </label>
        <label>
          Password or key
          <input name="secret" type="password" autoComplete="current-password" required />
        </label>
        <p class="fault" role="alert">
          {fault}
        </p>
        <button type="submit" class="button primary" disabled={isBusy}>
          {isBusy.value ? "Signing in" : "Sign in"}
        </button>
      </form>
    </main>
  );
}

function wordsFor({ status, message }: Fault): string {
  if (status === 401) return "This user, password or key is not right.";
  return status === 429 ? "Too many attempts. Wait a minute, then try again." : message;
}
