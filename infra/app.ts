import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { ConfigurationError } from "../lib/runtime/errors.ts";
import { bundleFunctions } from "./bundle.ts";
import { readConfig } from "./config.ts";
import { isEmulator, leaveOutUnsupported } from "./emulator.ts";
import { OmnilogStack } from "./stack.ts";

// The app that `cdk` runs (cdk.json).
const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
try {
  const stack = new OmnilogStack(app, { config: readConfig(app.node), bundles: bundleFunctions() });
  if (isEmulator(process.env.AWS_ENDPOINT_URL)) leaveOutUnsupported(stack);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
