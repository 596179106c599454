import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";

/** The command is outside what the model imitates: a reason to extend the model, never to guess. */
export class NotModelled extends Error {
  constructor(what: string) {
    super(`the model of DynamoDB does not know ${what}`);
    this.name = "NotModelled";
  }
}

/** An error as the SDK throws it, by its name. */
export function serviceError(
  name: string,
  message = name,
  statusCode = 400,
  more: object = {},
): DynamoDBServiceException {
  const { stackTraceLimit } = Error;
  // Most are expected, and where the model was when it made them says nothing: a trace costs more than the command.
  Error.stackTraceLimit = 0;
  const error = new DynamoDBServiceException({
    name,
    message,
    $fault: statusCode >= 500 ? "server" : "client",
    $metadata: { httpStatusCode: statusCode, attempts: 1, totalRetryDelay: 0 },
  });
  Error.stackTraceLimit = stackTraceLimit;
  return Object.assign(error, more);
}

export function invalid(message: string): DynamoDBServiceException {
  return serviceError("ValidationException", message);
}

export function conditionFailed(item?: object): DynamoDBServiceException {
  const more = item ? { Item: item } : {};
  return serviceError("ConditionalCheckFailedException", "The conditional request failed", 400, more);
}
