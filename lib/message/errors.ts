/**
 * The base class of our own errors. Code in `lib` throws no others (test/errors.test.ts): they are here, in
 * lib/runtime/errors.ts, and `Refusal` (lib/api/refusals.ts), which knows HTTP. Each class has a stable code, on which
 * logs, alarms and answers may rely. Messages consist of our own words and of names of settings, never of data, and so
 * may be logged.
 */
export class OwnError extends Error {
  readonly code: string;

  constructor(name: string, code: string, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** A message record is invalid: a field that every record has is missing, or its date is not a date. */
export class BrokenRecordError extends OwnError {
  constructor(message: string) {
    super("BrokenRecordError", "BROKEN_RECORD", message);
  }
}
