import { Validations } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";

/**
 * A secret whose value its owner sets and replaces by hand. It is created without a value, because a made-up one would
 * look like a wrong key; deployments never change the value.
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

/** A secret that is generated at the first deployment, and that nobody needs to know. */
export class GeneratedSecret extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { description }: { description: string }) {
    super(scope, id);
    const secret = new CfnSecret(this, "Secret", {
      description,
      // A comma would split it into two keys. It is excluded by name as well, since emulators ignore
      // `excludePunctuation`.
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
