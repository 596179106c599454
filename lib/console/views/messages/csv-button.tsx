import { signal } from "@preact/signals";
import { Fault } from "../../api.ts";
import { route } from "../../navigation.ts";
import { announce } from "../../widgets/announce.ts";
import { Icon } from "../../widgets/icons.tsx";
import { writeCount } from "../../widgets/numbers.ts";
import { Csv } from "./csv.ts";
import { save } from "./save.ts";

/** A file that is being made: its search, the number of its rows, and why it does not continue by itself. */
interface Making {
  readonly text: string;
  readonly csv: Csv;
  /** The number of the file, if there are several. */
  readonly file: number;
  readonly rows: number;
  readonly off?: AbortController;
  readonly stopped?: string;
}

const making = signal<Making | undefined>(undefined);

async function begin(): Promise<void> {
  const { q: text } = route.value;
  try {
    await goOn({ text, csv: new Csv(text, Date.now()), file: 1, rows: 0 });
  } catch (error) {
    announce(error instanceof Fault ? error.message : "The file could not be made.");
  }
}

async function goOn({ stopped: _, ...from }: Making): Promise<void> {
  const off = new AbortController();
  const show = (more: Pick<Making, "off" | "stopped">) => {
    making.value = { ...from, rows: from.csv.rows, ...more };
  };
  // If the reader has signed out in the meantime, nothing is left behind.
  const isWanted = () => making.value?.csv === from.csv;
  show({ off });
  try {
    await from.csv.fill(() => isWanted() && show({ off }), off.signal);
    if (isWanted()) finish(from);
  } catch (error) {
    if (isWanted()) show({ stopped: error instanceof Fault ? error.message : "It was stopped." });
  }
}

/**
 * Saves the file. If it is full, the next one waits for a click, since browsers let a page save only one file at a
 * time.
 */
function finish({ text, csv, file }: Making): void {
  const { isOver, rows } = csv;
  save(csv.take(), text, isOver && file === 1 ? undefined : file);
  const full = `${writeCount(rows)} rows are saved, as many as a spreadsheet takes. There are more.`;
  making.value = isOver ? undefined : { text, csv, file: file + 1, rows: 0, stopped: full };
  announce(isOver ? "The file is ready." : full);
}

/** What one client has fetched must not be given to the next one. */
export function forgetCsv(): void {
  making.value?.off?.abort();
  making.value = undefined;
}

export function CsvButton() {
  const now = making.value;
  const isRunning = now?.off !== undefined && now.stopped === undefined;
  return (
    <button
      type="button"
      class="button"
      onClick={isRunning ? () => now.off?.abort() : begin}
      title="Everything that is filtered, as a spreadsheet"
    >
      <Icon name={isRunning ? "close" : "download"} />
      {isRunning ? `Stop at ${writeCount(now.rows)}` : "CSV"}
    </button>
  );
}

/** Why the file is incomplete, and how to continue. */
export function CsvNotice() {
  const now = making.value;
  if (now?.stopped === undefined) return null;
  return (
    <div class="notice" role="status">
      <p>
        <Icon name="warning" /> CSV: {now.stopped}
        {now.rows > 0 && ` ${writeCount(now.rows)} rows are fetched.`}
      </p>
      <div class="actions">
        <button type="button" class="button" onClick={() => goOn(now)}>
          {now.rows === 0 && now.file > 1 ? `Go on with file ${now.file}` : "Go on"}
        </button>
        {now.rows > 0 && (
          <button type="button" class="button" onClick={() => savePart(now)}>
            Save these
          </button>
        )}
        <button type="button" class="button" onClick={forgetCsv}>
          Leave it
        </button>
      </div>
    </div>
  );
}

/** The file is incomplete, and its name says so. */
function savePart({ text, csv, file }: Making): void {
  save(csv.take(), text, `${file}-incomplete`);
  making.value = undefined;
}
