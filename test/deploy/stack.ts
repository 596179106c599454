import { readFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { FUNCTIONS } from "../infra/runbook.ts";
import type { MiniStack } from "./ministack.ts";
import { environment, run, until } from "./processes.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const CDK = join(ROOT, "node_modules", "aws-cdk", "bin", "cdk");

/** The outputs that the stack has. */
export interface Outputs {
  readonly QueryUrl: string;
  readonly ConsoleUrl: string;
  readonly InfobipAuthorizationSecret: string;
  readonly QueryCredentialsSecret: string;
  readonly PushUrl: string;
  readonly PushCredentialsSecret: string;
  readonly TableName: string;
}

/** A stack on an AWS, handled as its owner handles it: by the `cdk` command and a few calls. */
export class DeployedStack {
  readonly #aws: MiniStack;
  readonly #name: string;
  readonly #folder: string;

  constructor(aws: MiniStack, name: string, folder: string) {
    this.#aws = aws;
    this.#name = name;
    this.#folder = folder;
  }

  async bootstrap(): Promise<void> {
    await this.#cdk(["bootstrap", ...this.#output()]);
  }

  /** Deploys with some of the settings of cdk.json changed. */
  async deploy(settings: Readonly<Record<string, string | number | boolean>>): Promise<Outputs> {
    const outputs = join(this.#folder, "outputs.json");
    const deploy = ["deploy", "--require-approval", "never", "--outputs-file", outputs];
    await this.#cdk([...deploy, ...this.#output(), ...this.#context(settings)]);
    const all = JSON.parse(await readFile(outputs, "utf8")) as Record<string, Outputs>;
    const own = all[this.#name];
    if (!own) throw new Error(`no outputs of ${this.#name}`);
    return own;
  }

  /** Removes the stack; through CloudFormation itself where `cdk destroy` does not get along with the emulator. */
  async remove(): Promise<void> {
    try {
      await this.#cdk(["destroy", "--force", ...this.#output(), ...this.#context({})]);
    } catch (error) {
      console.log(`  cdk destroy: ${String(error).split("\n").at(-1)}; deleting it by name`);
      await this.#cloudFormation("DeleteStack");
    }
    await until("the stack is gone", 60_000, async () => {
      const answer = await this.#cloudFormation("DescribeStacks");
      return !answer.includes("<StackStatus>") || answer.includes("DELETE_COMPLETE") ? true : undefined;
    });
  }

  /** Puts a value into a secret, as the README says. */
  async putSecret(name: "infobip" | "query" | "push", arn: string, value: string): Promise<void> {
    await run(process.execPath, ["infra/put-secret.ts", name, arn], {
      cwd: ROOT,
      env: environment(this.#aws.environment),
      timeoutMs: 30_000,
      input: value,
    });
  }

  /** Runs one of our commands on the stack, as its owner does. Gives what it printed; throws when it fails. */
  command(name: string, ...args: readonly string[]): Promise<string> {
    return run(process.execPath, [`functions/commands/${name}.ts`, ...args, "--stack", this.#name], {
      cwd: ROOT,
      env: environment(this.#aws.environment),
      timeoutMs: 120_000,
    });
  }

  /** Runs a line of the runbook, after the shell functions that its lines use. */
  async runbook(line: string): Promise<string> {
    const functions = FUNCTIONS.replace(/^STACK=.*$/m, `STACK=${this.#name}`);
    const PATH = [this.#aws.programs, process.env.PATH].join(delimiter);
    return run("bash", ["-c", `${functions}\n${line}`], {
      cwd: ROOT,
      env: environment({ ...this.#aws.environment, PATH }),
      timeoutMs: 60_000,
    });
  }

  /** Where the emulator serves what the stack calls its QueryUrl, whose name only resolves on AWS. */
  reachable(queryUrl: string): string {
    const { hostname, pathname } = new URL(queryUrl);
    return `${this.#aws.endpoint}/restapis/${hostname.split(".")[0]}/%24default/_user_request_${pathname}`;
  }

  #context(settings: Readonly<Record<string, string | number | boolean>>): string[] {
    return Object.entries({ ...settings, stackName: this.#name }).flatMap(([key, value]) => [
      "--context",
      `${key}=${value}`,
    ]);
  }

  #output(): string[] {
    return ["--output", join(this.#folder, "cdk.out")];
  }

  async #cdk(args: readonly string[]): Promise<void> {
    await run(process.execPath, [CDK, ...args], {
      cwd: ROOT,
      env: environment(this.#aws.environment),
      timeoutMs: 240_000,
    });
  }

  /** The log lines of all of the stack's Lambdas that hold a text. */
  async logLines(text: string): Promise<string[]> {
    const groups = await this.#logs<{ logGroups: { logGroupName: string }[] }>("DescribeLogGroups", {});
    const found = await Promise.all(
      groups.logGroups.map(({ logGroupName }) =>
        this.#logs<{ events: { message: string }[] }>("FilterLogEvents", { logGroupName }),
      ),
    );
    return found
      .flatMap(({ events }) => events.map(({ message }) => message))
      .filter((line) => line.includes(text));
  }

  async #logs<T>(action: string, input: Readonly<Record<string, unknown>>): Promise<T> {
    const target = {
      "x-amz-target": `Logs_20140328.${action}`,
      "content-type": "application/x-amz-json-1.1",
    };
    return JSON.parse(await this.#call("logs", JSON.stringify(input), target)) as T;
  }

  #cloudFormation(Action: string): Promise<string> {
    const form = new URLSearchParams({ Action, StackName: this.#name, Version: "2010-05-15" });
    return this.#call("cloudformation", form.toString(), {
      "content-type": "application/x-www-form-urlencoded",
    });
  }

  /** The emulator looks at no signature; its scope tells the service. */
  async #call(service: string, body: string, headers: Readonly<Record<string, string>>): Promise<string> {
    const scope = `test/20260101/eu-central-1/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const answer = await fetch(this.#aws.endpoint, {
      method: "POST",
      headers: { ...headers, authorization },
      body,
    });
    return answer.text();
  }
}
