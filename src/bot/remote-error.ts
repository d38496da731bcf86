// What went wrong between the bot and a server, and whether running again can help.

/** `permanent`: a person has to change something (exit code 5). `temporary`: running again may help (exit code 75). */
export type RemoteErrorKind = 'permanent' | 'temporary'

export interface RemoteErrorFacts {
  /** HTTP status, where there is one */
  readonly status?: number
  /** what to do about it */
  readonly advice?: string
  /** seconds after which the server wants to be asked again */
  readonly retryAfter?: number
}

/** Carries a text that is safe to print: no token, no control characters. Has no `cause`, which might hold either. */
export class RemoteError extends Error {
  readonly kind: RemoteErrorKind
  readonly status: number | undefined
  readonly advice: string | undefined
  readonly retryAfter: number | undefined

  constructor(kind: RemoteErrorKind, text: string, { status, advice, retryAfter }: RemoteErrorFacts = {}) {
    super(text)
    this.name = 'RemoteError'
    this.kind = kind
    this.status = status
    this.advice = advice
    this.retryAfter = retryAfter
  }
}

/** What went wrong, and what to do about it where that is known. */
export function explained({ message, advice }: Pick<RemoteError, 'message' | 'advice'>): string {
  return advice === undefined ? message : `${message}: ${advice}`
}
