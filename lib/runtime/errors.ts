/** An error of our own: its message is made of our words and of settings' names, never of data, and so may be logged. */
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
