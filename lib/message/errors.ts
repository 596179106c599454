/**
 * An error of our own. Nothing that runs in `lib` throws any other (test/errors.test.ts): they are these, those of
 * lib/runtime/errors.ts, and `Refusal` (lib/api/refusals.ts), which knows HTTP. Each class has a stable code, which logs, alarms
 * and answers may rely on. The message is made of our words and of settings' names, never of data, and so may be logged.
 */
export class OwnError extends Error {
  readonly code: string;

  constructor(name: string, code: string, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** What should be a record of a message is none: a field that every record has is missing, or its date is no date. */
export class BrokenRecordError extends OwnError {
  constructor(message: string) {
    super("BrokenRecordError", "BROKEN_RECORD", message);
  }
}
