// Quantities: numbers with a decimal or binary suffix, as in `500m`, `2Gi`, `1e3`.

// Grammar: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)(|[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)$/

const DECIMAL_POWERS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY_POWERS: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n }

/** Largest exponent taken literally; Kubernetes itself caps quantities near 2^63. */
const MAX_EXPONENT = 400

/** Longest text taken for a quantity, so that no input makes the arithmetic slow. */
const MAX_LENGTH = 1000

/** Value as a fraction of 10^scale, so that comparing needs no rounding. */
interface Exact {
  readonly digits: bigint
  readonly scale: number
}

function exact(text: string): Exact | undefined {
  const match = text.length > MAX_LENGTH ? null : QUANTITY.exec(text)
  if (match === null) return undefined
  const [, sign, number = '', suffix = ''] = match
  const [whole = '', fraction = ''] = number.split('.')
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  const binary = BINARY_POWERS[suffix]
  if (binary !== undefined) return { digits: digits << binary, scale: -fraction.length }
  const power = DECIMAL_POWERS[suffix] ?? Number(suffix.slice(1))
  return { digits, scale: Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, power)) - fraction.length }
}

/** The number that a quantity says (`500m` is 0.5, `1Ki` is 1024), rounded to a double; undefined when it is none. */
export function parseQuantity(quantity: string | number): number | undefined {
  const value = exact(String(quantity))
  return value === undefined ? undefined : Number(`${value.digits}e${value.scale}`)
}

/** Negative, zero or positive as `a` is below, equal to or above `b`, without rounding; undefined when one is none. */
export function compareQuantities(a: string | number, b: string | number): number | undefined {
  const [left, right] = [exact(String(a)), exact(String(b))]
  if (left === undefined || right === undefined) return undefined
  const scale = Math.min(left.scale, right.scale)
  const difference = left.digits * 10n ** BigInt(left.scale - scale) - right.digits * 10n ** BigInt(right.scale - scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export function isQuantity(text: string): boolean {
  return QUANTITY.test(text)
}
