// The one scalar resolver: what a plain scalar means to Kubernetes, that is YAML 1.1 as sigs.k8s.io/yaml reads it.

import type { Json } from './value.ts'

const WORDS = new Map<string, Json>()
for (const word of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']) WORDS.set(word, true)
for (const word of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']) WORDS.set(word, false)
for (const word of ['~', 'null', 'Null', 'NULL']) WORDS.set(word, null)
for (const word of ['.nan', '.NaN', '.NAN']) WORDS.set(word, Number.NaN)
for (const word of ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']) WORDS.set(word, Number.POSITIVE_INFINITY)
for (const word of ['-.inf', '-.Inf', '-.INF']) WORDS.set(word, Number.NEGATIVE_INFINITY)
const LONGEST_WORD = 5

const DECIMAL = /^[-+]?(?:0|[1-9][0-9]*)$/
const PREFIXED = /^([-+]?)0(?:[xX]([0-9a-fA-F]+)|[bB]([01]+)|[oO]?([0-7]+))$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const MAX_UINT64 = 2 ** 64

/**
 * Value of a plain (unquoted) scalar. The rules are those of the Go decoder behind sigs.k8s.io/yaml: booleans and
 * nulls of YAML 1.1, `0644` and `0o644` octal, `0x1F`, `0b1`, `1_000`; no sexagesimals, and dates stay strings.
 */
export function resolvePlain(source: string): Json {
  if (source === '') return null
  const first = source.charCodeAt(0)
  const numeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e
  if (!numeric && !startsWord(first)) return source
  if (source.length <= LONGEST_WORD) {
    const word = WORDS.get(source)
    if (word !== undefined) return word
  }
  return numeric ? (resolveNumber(source) ?? source) : source
}

function startsWord(first: number): boolean {
  switch (first) {
    case 0x7e: // ~
    case 0x79: // y
    case 0x59:
    case 0x6e: // n
    case 0x4e:
    case 0x74: // t
    case 0x54:
    case 0x66: // f
    case 0x46:
    case 0x6f: // o
    case 0x4f:
      return true
    default:
      return false
  }
}

function resolveNumber(source: string): number | undefined {
  // Go reads a leading dot with ParseFloat, which takes no underscores here.
  const plain = source.includes('_') && !source.startsWith('.') ? source.replaceAll('_', '') : source
  if (DECIMAL.test(plain)) return finite(Number(plain))
  const prefixed = PREFIXED.exec(plain)
  if (prefixed !== null) {
    const [, sign, hex, binary, octal] = prefixed
    const magnitude = Number(hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : `0o${octal}`)
    if (magnitude < MAX_UINT64) return sign === '-' ? 0 - magnitude : magnitude
  }
  return FLOAT.test(plain) ? finite(Number(plain)) : undefined
}

/** A float beyond the range of float64 is an error for Go, hence a string; minus zero is zero. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined
}

const TAG_PREFIX = 'tag:yaml.org,2002:'

/** Value of a scalar with an explicit tag (full form); undefined when its text does not fit the tag. */
export function resolveTagged(tag: string, source: string): Json | undefined {
  const value = resolvePlain(source)
  switch (tag) {
    case `${TAG_PREFIX}null`:
      return value === null ? null : undefined
    case `${TAG_PREFIX}bool`:
      return typeof value === 'boolean' ? value : undefined
    case `${TAG_PREFIX}int`:
    case `${TAG_PREFIX}float`:
      return typeof value === 'number' ? value : undefined
    default:
      return source
  }
}

const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const DATE = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/

/** Whether some reader of YAML 1.1 or 1.2 takes this plain text for anything but a string. */
export function isAmbiguous(text: string): boolean {
  return typeof resolvePlain(text) !== 'string' || SEXAGESIMAL.test(text) || DATE.test(text) || text === '='
}
