// Recovers from a compiled validator what its declarations leave out: integers, lengths, bounds, patterns.

export interface Limits {
  integer?: 'int32' | 'int64'
  [keyword: string]: unknown
}

/** Limits by field of the validated object; the empty name holds those of the value itself. */
export function readLimits(code: string): Map<string, Limits> {
  const bodies = new Map<string, string>()
  for (const part of code.split(/(?=function validate\d+\()/)) {
    const name = /^function (validate\d+)\(/.exec(part)?.[1]
    if (name !== undefined) bodies.set(name, part)
  }
  const found = new Map<string, Limits>()
  const main = /export const validate=(validate\d+);/.exec(code)?.[1]
  const body = bodies.get(main ?? '')
  if (body === undefined) return found
  if (!body.includes('typeof data&&!Array.isArray(data)')) found.set('', limitsIn(body))
  for (const match of body.matchAll(/(validate\d+)\(data(?:\.(\w+)|\["([^"]+)"\]),/g)) {
    const field = match[2] ?? match[3]
    const called = bodies.get(match[1] ?? '')
    if (field !== undefined && called !== undefined) found.set(field, limitsIn(called))
  }
  return found
}

function limitsIn(body: string): Limits {
  const limits: Limits = {}
  if (body.includes('params:{type:"integer"}')) limits.integer = body.includes('{format:"int32"}') ? 'int32' : 'int64'
  for (const match of body.matchAll(/keyword:"(m(?:in|ax)(?:Length|Items))",params:\{limit:(\d+)\}/g)) {
    limits[match[1] ?? ''] = Number(match[2])
  }
  for (const match of body.matchAll(/keyword:"(minimum|maximum)",params:\{comparison:"[<>]=",limit:(-?[\d.e+]+)\}/g)) {
    limits[match[1] ?? ''] = Number(match[2])
  }
  const pattern = /keyword:"pattern",params:\{pattern:("(?:[^"\\]|\\.)*")\}/.exec(body)?.[1]
  if (pattern !== undefined && isPattern(JSON.parse(pattern) as string)) limits.pattern = JSON.parse(pattern)
  return limits
}

/** Patterns are Go's; one that JavaScript cannot read is left out. */
function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern)
    return true
  } catch {
    return false
  }
}
