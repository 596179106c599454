/**
 * The lower bound of Wilson's interval for a share (Wilson 1927): the true share is above it with the confidence that
 * `z` stands for. Unlike the textbook's interval it is honest for small numbers, and for shares near 0.
 */
export function wilsonLower(bad: number, messages: number, z: number): number {
  if (messages <= 0) return 0;
  const share = Math.min(1, Math.max(0, bad / messages));
  const zz = z * z;
  const middle = share + zz / (2 * messages);
  const half = z * Math.sqrt((share * (1 - share)) / messages + zz / (4 * messages * messages));
  return (middle - half) / (1 + zz / messages);
}

/** How alike messages are that are sent together: a measure of clumping, 0 for not at all, 1 for completely. */
export interface Scatter {
  /** Within five minutes (intraclass correlation). */
  readonly clump: number;
  /** Over several hours. */
  readonly long: number;
}

/**
 * The factor by which the messages of a window count for less because they come in clumps (Kish's design effect).
 * `clumpSize`: the average size of the clump that a message is in, Σ n² ÷ Σ n over intervals of five minutes.
 */
export function designEffect(messages: number, clumpSize: number, { clump, long }: Scatter): number {
  return 1 + Math.max(0, clumpSize - 1) * clump + Math.max(0, messages - 1) * long;
}

/**
 * The probability of so many bad messages or more if the true share is `share`: the tail of the binomial distribution,
 * which Wilson's bound underestimates for few messages. Numbers need not be whole, because of the design effect.
 */
export function binomialTail(bad: number, messages: number, share: number): number {
  if (bad <= 0) return 1;
  return incompleteBeta(share, bad, Math.max(0.5, messages - bad + 1));
}

/** I_x(a, b), by its continued fraction (Lentz's method; Abramowitz and Stegun 26.5.8). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front =
    Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a;
  const away = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 200; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-10) break;
  }
  return Math.min(1, front * fraction);
}

/** Stirling's series, after stepping up to where it is exact to nine digits. */
function logGamma(x: number): number {
  let [at, product] = [x, 1];
  for (; at < 8; at += 1) product *= at;
  const series = 1 / (12 * at) - 1 / (360 * at ** 3) + 1 / (1260 * at ** 5);
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
}
