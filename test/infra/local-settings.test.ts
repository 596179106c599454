import { describe, expect, it } from "vitest";
import { DEFAULT_DATA_DIR, isPlay, readLocalSettings } from "../../infra/local/settings.ts";

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

describe("npm start with the imitation that it brings along", () => {
  it("asks for nothing, and keeps nothing", () => {
    expect(readLocalSettings({})).toMatchObject({ HOST: "127.0.0.1" });
    expect(readLocalSettings({}).DATA_DIR).toBeUndefined();
    expect(isPlay(readLocalSettings({}))).toBe(true);
  });

  it("lets nobody push where PUSH_CREDENTIALS is empty, which is not the same as not being there", () => {
    expect(readLocalSettings({ PUSH_CREDENTIALS: "" }).PUSH_CREDENTIALS).toBe("");
    expect(readLocalSettings({}).PUSH_CREDENTIALS).toBeUndefined();
  });
});

// It may be a tunnel to an account, and each report comes once.
describe("npm start with an Infobip on this machine", () => {
  it.each(["http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9"])(
    "asks for nothing, keeps everything, apart from others, and lets nobody push: %s",
    (url) => {
      const settings = readLocalSettings({ INFOBIP_BASE_URL: url });
      expect(settings.DATA_DIR).toMatch(/\/\.omnilog\/data-[\w.]+-9$/);
      expect(isPlay(settings)).toBe(false);
    },
  );

  it("shows nothing to other machines with credentials that everybody knows", () => {
    const near = { INFOBIP_BASE_URL: "http://127.0.0.1:9", HOST: "0.0.0.0" };
    expect(() => readLocalSettings(near)).toThrow(/^with .*HOST=0\.0\.0\.0.*: QUERY_CREDENTIALS must be set/);
    expect(readLocalSettings({ ...near, QUERY_CREDENTIALS: "ann:secret" }).HOST).toBe("0.0.0.0");
  });
});
