import { Annotations, type Stack } from "aws-cdk-lib";
import { CfnAlarm, CfnCompositeAlarm } from "aws-cdk-lib/aws-cloudwatch";

/**
 * Does this endpoint, which AWS's tools use instead of AWS, belong to an emulator? Only on this machine or in a private
 * network: AWS under another name, or a proxy to it, must not cost a stack its alarms.
 */
export function isEmulator(endpointUrl: string | undefined): boolean {
  if (!endpointUrl || !URL.canParse(endpointUrl)) return false;
  const { hostname } = new URL(endpointUrl);
  // A name without a dot is that of a container.
  return /^(\[::1\]|127\.[\d.]+|([\w-]+\.)*localhost(\.localstack\.cloud)?|[\w-]+)$/.test(hostname);
}

/**
 * Removes what emulators reject, and with it the whole stack: composite alarms, and alarms with metric math. Only
 * alarms refer to them, and an emulator wakes nobody.
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
