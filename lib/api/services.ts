import type { SearchLimits } from "../archive/search/search.ts";
import type { HealthServices } from "../health/open.ts";
import type { Database } from "../runtime/dynamodb.ts";
import type { Secret } from "../runtime/secret.ts";
import type { ClientFinder } from "./clients.ts";
import type { Cursors } from "./cursor.ts";
import type { FailedSignIns } from "./failed-sign-ins.ts";
import type { Rate, RateLimiter } from "./rate.ts";
import type { ReportServices } from "./report-services.ts";
import type { Sessions } from "./sessions.ts";

/** What it takes to find out who is asking. */
export interface SignInServices {
  /** The `user:password` pairs. */
  readonly credentials: Secret;
  /** The user names of pairs that are admins. */
  readonly admins: readonly string[];
  readonly clients: Pick<ClientFinder, "find">;
  readonly failedSignIns: FailedSignIns;
  /** Loaded when the first cookie arrives. */
  readonly sessions: () => Promise<Sessions>;
  readonly now: () => number;
}

/** What it takes to admit somebody. */
export interface AdmissionServices extends SignInServices {
  readonly rateLimiter: Pick<RateLimiter, "take">;
  /** For clients that have no rate of their own. */
  readonly rate: Rate;
}

/** What the endpoints need. */
export interface ApiServices extends AdmissionServices {
  readonly db: Database;
  readonly limits: SearchLimits;
  /** The cursors of the current key. Throws what Secrets Manager throws. */
  readonly cursors: () => Promise<Cursors>;
  /** What it takes to pull reports: loaded when somebody first does. */
  readonly reports: () => Promise<ReportServices>;
  /** What it takes to read the state of the archive: loaded when somebody asks. */
  readonly health: () => Promise<HealthServices>;
  /** The origins whose pages may ask from a browser; "*": all. */
  readonly corsOrigins: readonly string[];
}
