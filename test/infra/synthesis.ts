import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { type Bundles, FUNCTION_NAMES } from "../../infra/bundle.ts";
import { readConfig } from "../../infra/config.ts";
import { OmnilogStack } from "../../infra/stack.ts";

export const ROOT = resolve(import.meta.dirname, "../..");

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are what the tests look into
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** A synthesised stack, to be asked about. */
export class Template {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.resources = (JSON.parse(text) as { Resources: Record<string, Resource> }).Resources;
  }

  /** The resources of a type, with their logical ids. Throws when there are none: a rule about nothing holds nothing. */
  all(type: string): [string, Resource][] {
    const found = Object.entries(this.resources).filter(([, { Type }]) => Type === type);
    if (found.length === 0) throw new Error(`the template has no ${type}`);
    return found;
  }

  /** How many there are of a type, of which there may be none. */
  count(type: string): number {
    return Object.values(this.resources).filter(({ Type }) => Type === type).length;
  }

  one(type: string): Resource {
    const [[, resource], ...more] = this.all(type) as [[string, Resource], ...[string, Resource][]];
    if (more.length > 0) throw new Error(`the template has ${more.length + 1} ${type}`);
    return resource;
  }
}

/** The context of cdk.json, as an owner finds it; there is no file of settings beside it. */
export function contextOf(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { context } = JSON.parse(readFileSync(join(ROOT, "cdk.json"), "utf8")) as {
    context: Record<string, unknown>;
  };
  return { ...context, ...changes };
}

const known = new Map<string, Template>();

/**
 * The stack with these settings changed, synthesised with every check that a deployment makes: throws what cdk-nag and
 * CloudFormation's own rules find. Made once for each process, unless `change` says what is done to the stack before.
 */
export function synthesize(
  changes: Readonly<Record<string, unknown>> = {},
  change?: (stack: OmnilogStack) => void,
): Template {
  if (change) return synthesizeNew(changes, change);
  const key = JSON.stringify(changes);
  const template = known.get(key) ?? synthesizeNew(changes);
  known.set(key, template);
  return template;
}

function synthesizeNew(
  changes: Readonly<Record<string, unknown>>,
  change?: (stack: OmnilogStack) => void,
): Template {
  const folder = mkdtempSync(join(tmpdir(), "omnilog-synth-"));
  try {
    const app = new App({ context: contextOf(changes), outdir: join(folder, "out") });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const config = readConfig(app.node, folder);
    const stack = new OmnilogStack(app, { config, bundles: emptyBundles(folder) });
    change?.(stack);
    app.synth();
    return new Template(readFileSync(join(folder, "out", `${config.stackName}.template.json`), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is in them does not show in a template. */
function emptyBundles(folder: string): Bundles {
  const made = FUNCTION_NAMES.map((name) => {
    const path = join(folder, name);
    mkdirSync(path);
    writeFileSync(join(path, "index.mjs"), "export const handler = async () => {};\n");
    return [name, path];
  });
  return Object.fromEntries(made) as Bundles;
}
