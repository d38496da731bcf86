// What an address that was given is called in messages, also when it is no usable one.

/** The address without credentials, queries and fragments, any of which may hold a token. */
export function shownAddress(address: string): string {
  if (!URL.canParse(address)) return 'the repository'
  const { protocol, host, pathname } = new URL(address)
  return host === '' ? 'the repository' : `${protocol}//${host}${pathname}`
}
