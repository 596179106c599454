/**
 * What could let the real world into a run: while one is under way, time and chance of the platform answer as the loop
 * says, and what would start a real timer throws.
 */
export function underControl(nowMs: () => number): Disposable {
  const before = {
    Date,
    random: Math.random,
    setTimeout,
    setInterval,
    performanceNow: performance.now,
    uuid: crypto.randomUUID,
    values: crypto.getRandomValues,
    timeout: AbortSignal.timeout,
  };
  const trap = (what: string) => () => {
    throw new Error(`${what} was used within the simulation: take it from the clock`);
  };
  globalThis.Date = dateOf(before.Date, nowMs);
  Object.assign(Math, { random: trap("Math.random") });
  Object.assign(globalThis, { setTimeout: trap("setTimeout"), setInterval: trap("setInterval") });
  Object.assign(performance, { now: trap("performance.now") });
  Object.assign(crypto, { randomUUID: trap("randomUUID"), getRandomValues: trap("getRandomValues") });
  // Requests have one each: a real timer would fire 18 real seconds later, in some other schedule or in the middle of a slow one.
  Object.assign(AbortSignal, { timeout: () => new AbortController().signal });
  return {
    [Symbol.dispose]() {
      globalThis.Date = before.Date;
      Object.assign(Math, { random: before.random });
      Object.assign(globalThis, { setTimeout: before.setTimeout, setInterval: before.setInterval });
      Object.assign(performance, { now: before.performanceNow });
      Object.assign(crypto, { randomUUID: before.uuid, getRandomValues: before.values });
      Object.assign(AbortSignal, { timeout: before.timeout });
    },
  };
}

/** Dates as they are, but that of now. Not a Proxy: the archive makes thousands, and each would cost three times as much. */
function dateOf(Real: DateConstructor, nowMs: () => number): DateConstructor {
  function Controlled(...given: number[]) {
    const [only] = given;
    if (only === undefined) return new Real(nowMs());
    return given.length === 1 ? new Real(only) : new Real(...(given as [number]));
  }
  const { parse, UTC, prototype } = Real;
  return Object.assign(Controlled, { parse, UTC, now: nowMs, prototype }) as unknown as DateConstructor;
}
