// A command that cannot even begin: wrong usage or a wrong configuration, exit code 2.

export interface Failure {
  readonly isFailure: true
  /** one line each: what is wrong, where, and what to do */
  readonly messages: readonly string[]
}

export function failure(...messages: readonly string[]): Failure {
  return { isFailure: true, messages }
}

export function isFailure(value: object): value is Failure {
  return 'isFailure' in value
}
