import { CfnApiMapping, CfnDomainName, type HttpApi, type IStage } from "aws-cdk-lib/aws-apigatewayv2";
import { CfnRecordSet } from "aws-cdk-lib/aws-route53";
import { Construct } from "constructs";
import type { Config } from "./config.ts";

export interface OwnDomainProps extends Pick<Config, "domainName" | "certificateArn" | "hostedZoneId"> {
  readonly api: HttpApi;
  readonly stage: IStage;
}

/** The endpoint under the owner's domain name, with a certificate that the owner has in this region. */
export class OwnDomain extends Construct {
  readonly url: string;
  /** Where the domain name has to point. */
  readonly target: string;

  constructor(
    scope: Construct,
    id: string,
    { domainName, certificateArn, hostedZoneId, api, stage }: OwnDomainProps,
  ) {
    super(scope, id);
    const domain = new CfnDomainName(this, "Name", {
      domainName,
      domainNameConfigurations: [{ certificateArn, endpointType: "REGIONAL", securityPolicy: "TLS_1_2" }],
    });
    new CfnApiMapping(this, "Mapping", {
      apiId: api.apiId,
      domainName: domain.ref,
      stage: stage.stageName,
    }).node.addDependency(stage);
    this.url = `https://${domainName}`;
    this.target = domain.attrRegionalDomainName;
    if (hostedZoneId === "") return;
    for (const type of ["A", "AAAA"]) {
      new CfnRecordSet(this, type, {
        name: domainName,
        type,
        hostedZoneId,
        aliasTarget: {
          dnsName: domain.attrRegionalDomainName,
          hostedZoneId: domain.attrRegionalHostedZoneId,
        },
      });
    }
  }
}
