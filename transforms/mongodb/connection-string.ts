// MongoDB connection strings in texts: who they dial, and the same string for a replica set.
// Syntax: https://www.mongodb.com/docs/manual/reference/connection-string/

export interface ConnectionString {
  readonly text: string
  readonly scheme: 'mongodb' | 'mongodb+srv'
  /** with `@`, empty without one */
  readonly userInfo: string
  /** `host` or `host:port`, as written */
  readonly hosts: readonly string[]
  /** with `/`, empty without one */
  readonly path: string
  /** with `?`, empty without one */
  readonly query: string
}

/** Connection strings in a text; `$(NAME)` and `${NAME}` belong to them, quotes and brackets end them. */
const IN_TEXT = /mongodb(?:\+srv)?:\/\/(?:\$\([^)\s]*\)|\$\{[^}\s]*\}|[^\s"'`<>\\|;)\]}])+/g

const PARTS = /^(mongodb(?:\+srv)?):\/\/((?:[^/?@]*@)?)([^/?@]+)((?:\/[^?]*)?)((?:\?.*)?)$/

export function connectionStringsIn(text: string): ConnectionString[] {
  if (!text.includes('mongodb')) return []
  return [...text.matchAll(IN_TEXT)].flatMap(([found]) => parseConnectionString(found.replace(/[,.]+$/, '')) ?? [])
}

function parseConnectionString(text: string): ConnectionString | undefined {
  const match = PARTS.exec(text)
  if (match === null) return undefined
  const [, scheme, userInfo = '', hosts = '', path = '', query = ''] = match
  return {
    text,
    scheme: scheme === 'mongodb+srv' ? 'mongodb+srv' : 'mongodb',
    userInfo,
    hosts: hosts.split(','),
    path,
    query,
  }
}

/** Value of an option, whose name has no case. */
export function optionIn({ query }: ConnectionString, name: string): string | undefined {
  for (const pair of query.slice(1).split(/[&;]/)) {
    const [key = '', ...value] = pair.split('=')
    if (key.toLowerCase() === name.toLowerCase()) return value.join('=')
  }
  return undefined
}

/** The string for the members of a set: user, database and every option stay as they are written. */
export function forReplicaSet(
  { scheme, userInfo, path, query }: ConnectionString,
  hosts: readonly string[],
  set: string,
): string {
  const before = query === '' ? (path === '' ? '/?' : '?') : /[?&]$/.test(query) ? query : `${query}&`
  return `${scheme}://${userInfo}${hosts.join(',')}${path}${before}replicaSet=${set}`
}
