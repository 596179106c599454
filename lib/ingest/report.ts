import { digitsOf, isJsonObject, type Json, type JsonObject, numberOf, parseJson } from "../runtime/json.ts";
import { parseMoment } from "../runtime/time.ts";
import { isEmpty, type MessageRecord, recordOf, statusGroupOf } from "../store/record.ts";

/**
 * The one place that knows the field names of Infobip's reports and logs (the four seed documents; OpenAPI 3.210.0 for
 * what came later). Reports and logs are read by the same rules, since each only leaves some fields out.
 */
export type ParsedReport =
  /** `flaws` name fields that could not be read, or not whole; the record is right as far as it goes. */
  { readonly record: MessageRecord; readonly flaws: readonly string[] } | { readonly reason: string };

/** Longer ids would not fit DynamoDB's sort keys of 1,024 bytes. */
const MOST_MESSAGE_ID_BYTES = 512;
const MOST_CHANNEL_BYTES = 64;

/**
 * Reads one report or log. `channel` is the channel of the endpoint it came from, for those that do not say it.
 * Never throws: what cannot be a record has a reason instead, which holds nothing of the record's content.
 */
export function parseReport(text: string, channel?: string): ParsedReport {
  let json: Json;
  try {
    json = parseJson(text);
  } catch {
    try {
      json = parseJson(withoutTrailingCommas(text));
    } catch {
      return { reason: "it is not JSON" };
    }
  }
  return isJsonObject(json) ? readReport(json, channel) : { reason: "it is not an object" };
}

function readReport(json: JsonObject, channelOfSource: string | undefined): ParsedReport {
  const flaws: string[] = [];
  const fields = new Map<string, Json>();
  for (const [name, value] of Object.entries(json)) {
    if (isEmpty(value)) continue;
    const field = READERS.get(name);
    const read = field ? field.read(value) : value;
    if (read === undefined) flaws.push(name);
    else if (!isEmpty(read)) fields.set(field?.name ?? name, read);
  }
  if (!fields.has("channel") && channelOfSource) fields.set("channel", channelOfSource);
  const reason = reasonAgainst(fields);
  if (reason) return { reason };
  const record = recordOf(fields);
  return { record, flaws: [...flaws, ...incompleteFields(record)] };
}

/** Every document gives these parts of a status and of a price: without one, something was lost on the way. */
function incompleteFields({ status, price }: MessageRecord): string[] {
  const isStatusWhole =
    status.groupName !== undefined && status.id !== undefined && status.name !== undefined;
  const isPriceWhole = !price || (price.pricePerMessage !== undefined && price.currency !== undefined);
  return [...(isStatusWhole ? [] : ["status"]), ...(isPriceWhole ? [] : ["price"])];
}

function reasonAgainst(fields: ReadonlyMap<string, Json>): string | undefined {
  if (!fields.has("messageId")) return "it has no messageId";
  if (Buffer.byteLength(String(fields.get("messageId"))) > MOST_MESSAGE_ID_BYTES)
    return "its messageId is too long";
  if (!fields.has("sentAt")) return "it has no readable sentAt";
  if (!fields.has("status")) return "it has no status";
  if (!fields.has("channel")) return "it has no channel";
  if (Buffer.byteLength(String(fields.get("channel"))) > MOST_CHANNEL_BYTES) return "its channel is too long";
  return undefined;
}

/** Gives the value as the archive keeps it; "" for one that says there is none; undefined for one it cannot read. */
type Reader = (value: Json) => Json | undefined;

const readString: Reader = (value) => (typeof value === "string" ? value.toWellFormed() : undefined);

/** A string that some versions of the API give as a number. */
const readText: Reader = (value) => readString(value) ?? digitsOf(value);

const readDate: Reader = (value) => (typeof value === "string" ? parseMoment(value)?.text : undefined);

/** `mccMnc` is the string "null" in WhatsApp reports, and an integer in the Messages API. */
const readNetwork: Reader = (value) => (value === "null" ? "" : readText(value));

const readCount: Reader = (value) => {
  const digits = digitsOf(value);
  return digits !== undefined && /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
};

const readPrice: Reader = (value) => {
  if (!isJsonObject(value)) return undefined;
  const { pricePerMessage, ...rest } = withoutEmpty(value);
  if (pricePerMessage === undefined) return rest;
  const digits = digitsOf(pricePerMessage);
  return digits === undefined ? undefined : { pricePerMessage: numberOf(digits), ...rest };
};

const STATUS_IDS = ["groupId", "id"];
const STATUS_TEXTS = ["groupName", "name", "description", "action"];

/** A status or an error: ids are whole numbers, names are strings; one of a wrong kind spoils it. */
const readCode: Reader = (value) => {
  if (!isJsonObject(value)) return undefined;
  const code = Object.entries(withoutEmpty(value)).map(([name, part]): [string, Json | undefined] => {
    if (STATUS_IDS.includes(name)) return [name, readCount(part)];
    if (STATUS_TEXTS.includes(name)) return [name, readString(part)];
    return [name, name === "permanent" ? readBoolean(part) : part];
  });
  return code.some(([, part]) => part === undefined)
    ? undefined
    : Object.fromEntries(code as [string, Json][]);
};

/** A status that says neither its group nor its id nor its name is none. */
const readStatus: Reader = (value) => {
  const status = readCode(value);
  if (!isJsonObject(status)) return undefined;
  return statusGroupOf(status) || status.id !== undefined || status.name !== undefined ? status : undefined;
};

const readBoolean: Reader = (value) =>
  typeof value === "boolean" ? value : value === "true" ? true : value === "false" ? false : undefined;

function withoutEmpty(json: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => !isEmpty(value)));
}

/** Infobip's name of a field, the archive's name for it, and how it is read. Any other field is kept as it is. */
const READERS: ReadonlyMap<string, { name: string; read: Reader }> = new Map(
  (
    [
      ["bulkId", "bulkId", readText],
      ["messageId", "messageId", readString],
      ["to", "to", readText],
      ["from", "from", readText],
      ["text", "text", readString],
      ["sentAt", "sentAt", readDate],
      ["doneAt", "doneAt", readDate],
      ["messageCount", "messageCount", readCount],
      ["smsCount", "messageCount", readCount],
      ["mmsCount", "messageCount", readCount],
      ["mccmnc", "mccmnc", readNetwork],
      ["mccMnc", "mccmnc", readNetwork],
      ["price", "price", readPrice],
      ["status", "status", readStatus],
      ["error", "error", readCode],
      ["channel", "channel", readString],
      ["callbackData", "callbackData", readText],
    ] satisfies [string, string, Reader][]
  ).map(([theirs, name, read]) => [theirs, { name, read }]),
);

/** Infobip's own omni examples have a comma before a closing brace; outside of strings it means nothing. */
function withoutTrailingCommas(text: string): string {
  return text.replace(/"(?:[^"\\]+|\\.)*"|,(?=\s*[}\]])/gs, (part) => (part === "," ? "" : part));
}
