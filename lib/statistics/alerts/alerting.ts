import type { AlertEnvironment } from "../../runtime/config.ts";
import { closedNotice, type Notice, openedNotice } from "./notice.ts";
import { type AlertSettings, DEFAULT_SETTINGS } from "./settings.ts";
import type { Event } from "./state-store.ts";

/** How this stack judges deliveries, and whom it tells. */
export interface Alerting {
  readonly settings: AlertSettings;
  readonly mutes: readonly string[];
  readonly noticeOf: (event: Event) => Notice;
  /** Does nothing if there is no topic. */
  readonly publish: (notice: Notice) => Promise<void>;
}

/** The alerting configured in the environment; `credentials` are those of the Lambda, by AWS's own names. */
export function alertingOf(
  environment: AlertEnvironment,
  credentials: Readonly<Record<string, string | undefined>>,
): Alerting {
  const { ALERT_TOPIC_ARN: topicArn, ALERT_MUTES: mutes = "", STACK_NAME: stack } = environment;
  const url = environment.ALERT_URL?.replace(/\/$/, "") ?? "";
  return {
    settings: {
      ...DEFAULT_SETTINGS,
      margins: {
        DELIVERY: environment.ALERT_DELIVERY_POINTS / 100,
        SLOW: environment.ALERT_SLOW_POINTS / 100,
        REJECTED: environment.ALERT_REJECTED_POINTS / 100,
      },
      silenceMessages: environment.ALERT_SILENCE_MESSAGES,
      spendFactor: environment.ALERT_SPEND_FACTOR,
    },
    mutes: mutes
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean),
    noticeOf: ({ what, incident }) =>
      what === "closed" ? closedNotice(incident, stack, url) : openedNotice(incident, stack, url),
    publish: async (notice) => {
      if (topicArn === undefined) return;
      // Needed a few times a month, so the code for signing is loaded on demand.
      const { publish } = await import("./publish.ts");
      await publish(notice, {
        topicArn,
        accessKeyId: credentials.AWS_ACCESS_KEY_ID ?? "",
        secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY ?? "",
        sessionToken: credentials.AWS_SESSION_TOKEN,
        endpoint: credentials.AWS_ENDPOINT_URL_SNS,
      });
    },
  };
}
