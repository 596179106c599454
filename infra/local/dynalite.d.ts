declare module "dynalite" {
  import type { Server } from "node:http";

  /** The options that we use of dynalite 4. */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}
