import { OwnError } from "../message/errors.ts";

/** An environment variable, or a flag of a command, is invalid. The message names it and says what is allowed. */
export class ConfigurationError extends OwnError {
  constructor(message: string) {
    super("ConfigurationError", "CONFIGURATION", message);
  }
}

/** Invalid input (of a schedule, or an unknown parameter); the message says what is wrong. */
export class InvalidInput extends OwnError {
  constructor(message: string) {
    super("InvalidInput", "INVALID_INPUT", message);
  }
}

/** Infobip refused the request: a wrong key, a wrong address, too many requests, or no connection. */
export class UpstreamRefusal extends OwnError {
  constructor(reason: string) {
    super("UpstreamRefusal", reason, `Infobip refused the request: ${reason}`);
  }
}

/** The database is too busy at the moment. The same operation may be repeated later and will then succeed. */
export class BusyError extends OwnError {
  constructor(message: string) {
    super("BusyError", "BUSY", message);
  }
}

/** An item of the table has a format that this version of Omnilog does not read. */
export class OtherFormatError extends OwnError {
  /** `kind`: what its partition key begins with; `format`: the version that it has. */
  constructor(kind: string, format: unknown) {
    const given = typeof format === "number" ? `format ${format}` : "no format";
    const message = `this table was written by another version of Omnilog: an item of the kind "${kind}" is of ${given}, which this version does not read. Use that version, or another table`;
    super("OtherFormatError", "OTHER_FORMAT", message);
  }
}

/** A stored item is not as it was written: a part is missing, or it does not fit its kind. */
export class BrokenItemError extends OwnError {
  constructor(message: string) {
    super("BrokenItemError", "BROKEN_ITEM", message);
  }
}
