import { decoded, matchPath } from "../api/requests.ts";
import { PUSH_KINDS, type PushKind } from "../infobip/sources.ts";

/** A request as the receiver looks at it; header names in lower case. */
export interface PushRequest {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The address that it came from; "" where that is not known. */
  readonly sourceIp: string;
  /** As it came, compressed or not. */
  readonly body: Uint8Array;
}

/** Where a push goes, by its path: `/push/{kind}`, or, where no header can be given, `/push/{kind}/{secret}`. */
export interface Address {
  readonly kind: PushKind;
  /** "" where there is none. */
  readonly pathSecret: string;
}

/** Reads a path; undefined when nothing is received there. */
export function addressOf(path: string): Address | undefined {
  const found = matchPath("/push/{kind}", path) ?? matchPath("/push/{kind}/{secret}", path);
  const kind = PUSH_KINDS.find((each) => each === found?.kind);
  return kind && { kind, pathSecret: decoded(found?.secret ?? "") };
}

/** Of a path that is none of ours: is it one that questions are asked at, such as `/push/1/reports`? */
export function isOfQueries(path: string): boolean {
  return /^\/push\/\d+\/(?:logs|reports)\/?$/.test(path);
}
