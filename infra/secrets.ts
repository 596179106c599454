import { Validations } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";

/**
 * A secret whose value its owner puts in, and replaces, by hand. It is made without one, because a made-up value would
 * look like a wrong key; a deployment never touches what is in it.
 */
export class OwnersSecret extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { description }: { description: string }) {
    super(scope, id);
    const secret = new CfnSecret(this, "Secret", { description });
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason:
        "Only Infobip, or the owner of the clients, can issue the next value; the runbook says how to rotate.",
    });
    this.arn = secret.ref;
  }

  reading(): PolicyStatement {
    return readingOf(this.arn);
  }
}

/** A secret that is made up at the first deployment, and that nobody needs to know. */
export class GeneratedSecret extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { description }: { description: string }) {
    super(scope, id);
    const secret = new CfnSecret(this, "Secret", {
      description,
      // A comma would make two keys of it; it is named besides, since emulators make nothing of `excludePunctuation`.
      generateSecretString: { passwordLength: 48, excludePunctuation: true, excludeCharacters: "," },
    });
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason: "It seals cursors, which live for minutes; the runbook says how to replace it by hand.",
    });
    this.arn = secret.ref;
  }

  reading(): PolicyStatement {
    return readingOf(this.arn);
  }
}

function readingOf(arn: string): PolicyStatement {
  return new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [arn] });
}
