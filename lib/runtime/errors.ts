/**
 * An error of our own. All of them are in this file, but for `Refusal` (lib/api/refusals.ts), which knows HTTP, and nothing in
 * `lib` throws any other (test/errors.test.ts); each has a stable code, which logs, alarms and answers may rely on. The message is made of our words and of settings' names, never
 * of data, and so may be logged.
 */
export class OwnError extends Error {
  readonly code: string;

  constructor(name: string, code: string, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** An environment, or a command's flag, that is not as it must be; the message names it, and what is allowed. */
export class ConfigurationError extends OwnError {
  constructor(message: string) {
    super("ConfigurationError", "CONFIGURATION", message);
  }
}

/** A schedule's input that is not what the Lambda takes; the message names what is allowed. */
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
