import type { Parameter } from "./parameter-schemas.ts";

/** What a reader of the API's description is told of a parameter; `schema` where it is simpler than what validates. */
export interface ParameterText {
  readonly description: string;
  readonly schema?: Readonly<Record<string, unknown>>;
}

const DATE = { type: "string", format: "date-time", examples: ["2026-11-22T08:00:00.000+01:00"] };
const FLAG = { type: "boolean", default: false };
const SEVERAL = "Several: repeated, or separated by commas; any of them matches.";

/** By our own names; one that is forgotten does not compile. */
export const PARAMETER_TEXTS: Readonly<Record<Parameter, ParameterText>> = {
  from: { description: "The sender." },
  to: { description: "The recipient: a number, an e-mail address, or the id of a device." },
  bulkId: { description: `The id of the request that messages were sent with. ${SEVERAL}` },
  messageId: { description: `The id of a message. ${SEVERAL}` },
  generalStatus: { description: "The group of the status that messages have by now." },
  sentSince: {
    description:
      "Sent at this moment or after it. The offset may have a colon or not, or be Z; + is written as %2B.",
    schema: DATE,
  },
  sentUntil: { description: "Sent at this moment or before it.", schema: DATE },
  limit: {
    description: "How many of the newest records to give.",
    schema: { type: "integer", minimum: 1, maximum: 1_000, default: 50 },
  },
  mcc: { description: "Mobile country code." },
  mnc: { description: "Mobile network code; only beside mcc." },
  channel: {
    description: "The channel that a message went over, such as SMS, EMAIL, PUSH, VIBER or WHATSAPP.",
  },
  entityId: { description: "The entity that messages were sent for, where a report told it." },
  applicationId: { description: "The application that messages were sent with, where a report told it." },
  campaignReferenceId: { description: `The campaign of messages, where a report told it. ${SEVERAL}` },
  useCursor: {
    description: "Give a cursor to go on with when there is more. Infobip has it on its newer logs.",
    schema: FLAG,
  },
  cursor: { description: "nextCursor of the answer before, with the same filters: gives what follows it." },
};
