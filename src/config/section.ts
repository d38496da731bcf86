// A section of the configuration: one top-level key, declared where it is used.

/** `schema` is JSON Schema 2020-12 of the section's value; `defaults` is used for what a user does not set. */
export interface Section<T> {
  readonly name: string
  /** one sentence for the configuration reference */
  readonly description: string
  readonly schema: object
  readonly defaults: T
}
