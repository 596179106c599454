import { Annotations, type Stack } from "aws-cdk-lib";
import { CfnAlarm, CfnCompositeAlarm } from "aws-cdk-lib/aws-cloudwatch";

/**
 * Does this address, which AWS's tools are sent to instead of AWS, belong to an emulator of it? Only on this machine or in a
 * network of its own: an address of AWS under another name, or a proxy to it, must not cost a stack its alarms.
 */
export function isEmulator(endpointUrl: string | undefined): boolean {
  if (!endpointUrl || !URL.canParse(endpointUrl)) return false;
  const { hostname } = new URL(endpointUrl);
  // A name without a dot is a container's.
  return /^(\[::1\]|127\.[\d.]+|([\w-]+\.)*localhost(\.localstack\.cloud)?|[\w-]+)$/.test(hostname);
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
