import { Duration } from "aws-cdk-lib";
import { type HttpApi, HttpMethod } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Construct } from "constructs";
import { CONSOLE_PATH } from "../lib/site/serve.ts";
import type { Config } from "./config.ts";
import { type FunctionProps, OwnFunction } from "./lambda-function.ts";

export interface ConsolePageProps extends Pick<FunctionProps, "code" | "logRetentionDays"> {
  /** The API of the query endpoint: the page only talks to its own host. */
  readonly api: HttpApi;
  readonly config: Pick<Config, "queryConcurrency">;
}

/** It only serves files from memory. */
const TIMEOUT_SECONDS = 10;

/**
 * `GET /console`: the page, from a Lambda without any rights, so that it could reveal nothing whatever happened to it.
 */
export class ConsolePage extends Construct {
  readonly function: OwnFunction;

  constructor(scope: Construct, id: string, { api, config, ...rest }: ConsolePageProps) {
    super(scope, id);
    this.function = new OwnFunction(this, "Page", {
      ...rest,
      description: "Serves the console's page",
      environment: {},
      rights: [],
      timeout: Duration.seconds(TIMEOUT_SECONDS),
      most: config.queryConcurrency || undefined,
    });
    const integration = new HttpLambdaIntegration("Console", this.function.lambda);
    // All methods, since the others would otherwise go to the query Lambda.
    for (const path of [CONSOLE_PATH, `${CONSOLE_PATH}/{proxy+}`])
      api.addRoutes({ path, methods: [HttpMethod.ANY], integration });
  }
}
