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

/** What finding out who asks takes. */
export interface SignInServices {
  /** The `user:password` pairs. */
  readonly credentials: Secret;
  /** The user names of pairs that are admins. */
  readonly admins: readonly string[];
  readonly clients: Pick<ClientFinder, "find">;
  readonly failedSignIns: FailedSignIns;
  /** Loaded when the first cookie comes. */
  readonly sessions: () => Promise<Sessions>;
  readonly now: () => number;
}

/** What letting somebody in takes. */
export interface AdmissionServices extends SignInServices {
  readonly rateLimiter: Pick<RateLimiter, "take">;
  /** For clients that have no rate of their own. */
  readonly rate: Rate;
}

/** What the endpoints work with. */
export interface ApiServices extends AdmissionServices {
  readonly db: Database;
  readonly limits: SearchLimits;
  /** The cursors of the present key. Throws what Secrets Manager throws. */
  readonly cursors: () => Promise<Cursors>;
  /** What reports are pulled with: loaded when the first is asked for. */
  readonly reports: () => Promise<ReportServices>;
  /** What the archive's own state is read with: loaded when somebody asks for it. */
  readonly health: () => Promise<HealthServices>;
  /** The pages that may ask from a browser, by origin; "*": all. */
  readonly corsOrigins: readonly string[];
}
