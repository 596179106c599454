import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, askJson, Fault, objectsOf } from "../../api.ts";
import { msOf } from "../../search/moments.ts";
import { session } from "../../session.ts";
import { announce } from "../../widgets/announce.ts";
import { CopyButton } from "../../widgets/buttons.tsx";
import { Coming, Failed } from "../../widgets/states.tsx";
import { writeWhen } from "../../widgets/times.tsx";

interface Entry {
  readonly id: string;
  readonly source: string;
  readonly page: string;
  readonly place: number;
  readonly reason: string;
  readonly at: string;
  readonly request?: { readonly action: string; readonly by: string; readonly result?: string };
}
const PATH = "/omnilog/1/quarantine";

/** What could not be read, unchanged. Admins can look at it, replay it or drop it. */
export function Quarantine() {
  const entries = useSignal<readonly Entry[] | undefined>(undefined);
  const fault = useSignal<Fault | undefined>(undefined);
  const load = async () => {
    try {
      entries.value = objectsOf((await askJson(PATH, { limit: "50" })).results) as unknown as Entry[];
      fault.value = undefined;
    } catch (error) {
      if (error instanceof Fault) fault.value = error;
    }
  };
  useEffect(() => {
    load();
  }, []);
  return (
    <section class="panel wide">
      <h2>Quarantine</h2>
      {fault.value && <Failed fault={fault.value} retry={load} />}
      {!entries.value && !fault.value && <Coming lines={2} />}
      {entries.value?.length === 0 && <p class="quiet">Nothing: every report could be read.</p>}
      <ul class="quarantine">
        {entries.value?.map((entry) => (
          <li key={entry.id}>
            <OfQuarantine entry={entry} load={load} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function OfQuarantine({ entry, load }: { readonly entry: Entry; readonly load: () => Promise<void> }) {
  const text = useSignal<string | undefined>(undefined);
  const isSure = useSignal(false);
  const path = `${PATH}/${encodeURIComponent(entry.id)}`;
  const tell = (asking: Promise<unknown>, done: string) =>
    asking.then(() => announce(done)).then(load, (error: Error) => announce(error.message));
  const look = async () => {
    const found = await askJson(path).catch((error: Error) => ({ text: error.message }));
    text.value = text.value === undefined ? String(found.text ?? "") : undefined;
  };
  const replay = () => tell(ask(`${path}/replay`, {}, { method: "POST", body: {} }), "It is tried again.");
  const drop = () => {
    if (isSure.value) tell(ask(path, {}, { method: "DELETE" }), "It is dropped.");
    else isSure.value = true;
  };
  return (
    <>
      <p>
        <strong>{entry.reason}</strong>
      </p>
      <p class="quiet">
        {entry.source}, page {entry.page}
        {entry.place >= 0 && `, record ${entry.place}`}, {writeWhen(msOf(entry.at))}
        {entry.request &&
          `. ${entry.request.by} asked to ${entry.request.action} it${entry.request.result ? `; ${entry.request.result}` : ""}`}
      </p>
      {session.value?.isAdmin && (
        <div class="actions">
          <button type="button" class="button" aria-expanded={text.value !== undefined} onClick={look}>
            Look
          </button>
          <button type="button" class="button" onClick={replay}>
            Replay
          </button>
          <button
            type="button"
            class="button danger"
            onClick={drop}
            onBlur={() => {
              isSure.value = false;
            }}
          >
            {isSure.value ? "Drop it for good?" : "Drop"}
          </button>
          {text.value !== undefined && <CopyButton text={text.value} what="the text" />}
        </div>
      )}
      {text.value !== undefined && <pre class="as-it-came">{text.value}</pre>}
    </>
  );
}
