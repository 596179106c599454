import { OwnError } from "../message/errors.ts";

/** An environment, or a command's flag, that is not as it must be; the message names it, and what is allowed. */
export class ConfigurationError extends OwnError {
  constructor(message: string) {
    super("ConfigurationError", "CONFIGURATION", message);
  }
}

/** Input that is not what it must be (a schedule's, or the name of a parameter that there is not); the message says what is wrong. */
export class InvalidInput extends OwnError {
  constructor(message: string) {
    super("InvalidInput", "INVALID_INPUT", message);
  }
}

/** Infobip refused the request: a wrong key, a wrong address, too many requests, or nobody there. */
export class UpstreamRefusal extends OwnError {
  constructor(reason: string) {
    super("UpstreamRefusal", reason, `Infobip refused the request: ${reason}`);
  }
}

/** The database is too busy with us just now: the same may be done again later, and will then work. */
export class BusyError extends OwnError {
  constructor(message: string) {
    super("BusyError", "BUSY", message);
  }
}

/** An item of the table is of a format that this version of Omnilog does not read. */
export class OtherFormatError extends OwnError {
  /** `kind`: what its partition key begins with; `format`: what it says of itself. */
  constructor(kind: string, format: unknown) {
    const given = typeof format === "number" ? `format ${format}` : "no format";
    const message = `this table was written by another version of Omnilog: an item of the kind "${kind}" is of ${given}, which this version does not read. Use that version, or another table`;
    super("OtherFormatError", "OTHER_FORMAT", message);
  }
}

/** Something stored is not as it was written: a part is missing, or it is not what its kind holds. */
export class BrokenItemError extends OwnError {
  constructor(message: string) {
    super("BrokenItemError", "BROKEN_ITEM", message);
  }
}
