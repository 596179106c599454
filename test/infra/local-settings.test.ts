import { describe, expect, it } from "vitest";
import { DEFAULT_DATA_DIR, readLocalSettings } from "../../infra/local/settings.ts";

const REAL = { INFOBIP_BASE_URL: "https://xxxxx.api.infobip.com" };
const OWN = { ...REAL, INFOBIP_AUTHORIZATION: "App 0123", QUERY_CREDENTIALS: "ann:secret" };

describe("npm start against a real account", () => {
  it("keeps the reports on disk, in a folder that git ignores", () => {
    expect(readLocalSettings(OWN).DATA_DIR).toBe(DEFAULT_DATA_DIR);
    expect(DEFAULT_DATA_DIR).toMatch(/\/\.omnilog\/data$/);
  });

  it("keeps them where DATA_DIR, or an outside database, is", () => {
    expect(readLocalSettings({ ...OWN, DATA_DIR: "here" }).DATA_DIR).toBe("here");
    const outside = { ...OWN, AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:8000" };
    expect(readLocalSettings(outside).DATA_DIR).toBeUndefined();
  });

  it.each([
    [REAL, "with INFOBIP_BASE_URL set, INFOBIP_AUTHORIZATION and QUERY_CREDENTIALS must be set, too"],
    [{ ...OWN, QUERY_CREDENTIALS: "" }, "with INFOBIP_BASE_URL set, QUERY_CREDENTIALS must be set, too"],
    [
      { ...OWN, INFOBIP_AUTHORIZATION: "" },
      "with INFOBIP_BASE_URL set, INFOBIP_AUTHORIZATION must be set, too",
    ],
  ])("insists on credentials of one's own: %j", (environment, message) => {
    expect(() => readLocalSettings(environment)).toThrow(message);
  });
});

describe("npm start with an imitation", () => {
  it.each([{}, { INFOBIP_BASE_URL: "http://127.0.0.1:9" }, { INFOBIP_BASE_URL: "http://localhost:9" }])(
    "asks for nothing, and keeps nothing: %j",
    (environment) => {
      expect(readLocalSettings(environment)).toMatchObject({ HOST: "127.0.0.1" });
      expect(readLocalSettings(environment).DATA_DIR).toBeUndefined();
    },
  );
});
