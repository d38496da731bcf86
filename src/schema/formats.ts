// Formats of texts that a pattern alone would say badly. Also bundled with the precompiled validators.

import { isQuantity } from '../kube/quantity.ts'
import { isDataKey, isDnsLabel, isDnsSubdomain, isLabelKey, isLabelValue, isPortName } from './semantics/names.ts'
import { isUnknown } from './semantics/rule.ts'

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Standard base64 as Go decodes it into bytes: padded, line ends are ignored. */
function isBase64(text: string): boolean {
  const joined = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text
  return joined.length % 4 === 0 && BASE64.test(joined)
}

const DATE_TIME = /^\d{4}-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** RFC 3339 date and time, as Kubernetes writes it. */
function isDateTime(text: string): boolean {
  if (!DATE_TIME.test(text)) return false
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

/** Names may be empty, as absent ones are; texts that something replaces later are not judged. */
function named(isLegal: (text: string) => boolean): (text: string) => boolean {
  return text => text === '' || isLegal(text) || isUnknown(text)
}

export const formats = {
  byte: isBase64,
  'data-key': named(isDataKey),
  'date-time': isDateTime,
  'dns-label': named(isDnsLabel),
  'label-key': named(isLabelKey),
  'label-value': named(isLabelValue),
  'object-name': named(isDnsSubdomain),
  'port-name': named(isPortName),
  quantity: isQuantity,
} satisfies Readonly<Record<string, (text: string) => boolean>>
