import { Annotations, type Stack } from "aws-cdk-lib";
import { CfnAlarm, CfnCompositeAlarm } from "aws-cdk-lib/aws-cloudwatch";

/** Does this address, which AWS's tools are sent to instead of AWS, belong to an emulator of it on somebody's machine? */
export function isEmulator(endpointUrl: string | undefined): boolean {
  return endpointUrl !== undefined && endpointUrl !== "" && !/\.amazonaws\.com(\.cn)?\b/.test(endpointUrl);
}

/**
 * Leaves out what emulators refuse a whole stack for: alarms made of alarms, and alarms that calculate. Nothing refers to
 * them but each other, and nobody is woken by an emulator.
 */
export function leaveOutUnsupported(stack: Stack): void {
  const unsupported = stack.node
    .findAll()
    .filter((child) => child instanceof CfnCompositeAlarm || (child instanceof CfnAlarm && child.metrics));
  for (const { node } of unsupported) node.scope?.node.tryRemoveChild(node.id);
  Annotations.of(stack).addWarningV2(
    "omnilog:emulator",
    `AWS_ENDPOINT_URL is not AWS: left out are ${unsupported.length} alarms that emulators do not take`,
  );
}
