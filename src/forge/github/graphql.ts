// GraphQL of GitHub: its errors come with status 200.

import { RemoteError } from '../../bot/remote-error.ts'
import { asArray, type Json, member } from '../../yaml/value.ts'
import { type Answer, type Failure, limitOf, temporarilyLimited } from '../errors.ts'
import type { Http } from '../http.ts'
import { adviceOn } from './advice.ts'

/** `https://host/api/graphql` beside an Enterprise server's `https://host/api/v3`, `…/graphql` elsewhere. */
function graphqlUrl(base: string): string {
  return `${base.replace(/\/v3$/, '')}/graphql`
}

/** Sends a document; answers its `data`. A mutation is not sent again unless it was turned away untouched. */
export async function graphql(
  http: Http,
  document: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Json | undefined> {
  const isMutation = document.startsWith('mutation')
  const { body } = await http.request({
    method: 'POST',
    path: graphqlUrl(http.base),
    body: { query: document, variables },
    idempotent: !isMutation,
    pace: isMutation ? 'write' : 'read',
    check: failureIn,
  })
  return member(body, 'data')
}

/** Whether the document was understood and what it asks for is not done. */
export function isRefusal({ kind, status }: RemoteError): boolean {
  return kind === 'permanent' && status === 200
}

function failureIn(answer: Answer, request: string, now: number): Failure | undefined {
  // what the schema does not know has a code in place of a type
  const types = asArray(member(answer.body, 'errors')).map(
    error => member(error, 'type') ?? member(member(error, 'extensions'), 'code'),
  )
  const limit = limitOf({ ...answer, status: types.includes('RATE_LIMITED') ? 429 : 403 }, now)
  const text = `${request}: ${answer.message}`
  // the count of what is left stands in every answer: it may reach 0 with a request that still succeeded
  if (limit !== undefined && (types.length > 0 || member(answer.body, 'data') === undefined)) {
    return temporarilyLimited(text, 200, limit)
  }
  if (types.length === 0) return undefined
  // a failure inside GitHub has neither
  if (types.every(type => type === undefined)) {
    return { error: new RemoteError('temporary', text, { status: 200 }), again: 'idempotent' }
  }
  const advice = adviceOn(answer)
  return { error: new RemoteError('permanent', text, { status: 200, ...(advice ? { advice } : {}) }), again: 'never' }
}
