/**
 * The time between two saves that loses the least, where a save takes `cost` and the machine fails once in
 * `meanTimeBetweenFailures`, both in the same unit: after shorter intervals too much goes into saving, after longer
 * ones too much is lost at a failure.
 *
 * Young's first-order optimum is √(2·cost·M). This is Daly's higher-order one, which holds for dear saves as well:
 * √(2cM)·(1 + ⅓√(c/2M) + ⅑·c/2M) − c below c = 2M, and M from there on.
 *
 * J. W. Young, “A first order approximation to the optimum checkpoint interval”, Communications of the ACM 17 (1974),
 * 530–531, doi:10.1145/361147.361115. J. T. Daly, “A higher order estimate of the optimum checkpoint interval for
 * restart dumps”, Future Generation Computer Systems 22 (2006), 303–312, doi:10.1016/j.future.2004.11.016.
 *
 * @example
 * ```ts
 * youngDaly(10, 86_400); // 1308: a save of 10 s and a failure a day, every 22 minutes
 * ```
 */
export function youngDaly(cost: number, meanTimeBetweenFailures: number): number {
  const ratio = cost / (2 * meanTimeBetweenFailures);
  if (ratio >= 1) return meanTimeBetweenFailures;
  const young = Math.sqrt(2 * cost * meanTimeBetweenFailures);
  return young * (1 + Math.sqrt(ratio) / 3 + ratio / 9) - cost;
}
