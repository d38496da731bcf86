// How the rooms of the splicer say no among themselves; editText turns it into a refusal.

/** A refusal with its stable code; `line` counts from 1 in the file. Never leaves src/yaml. */
export class Refused extends Error {
  readonly code: string
  readonly line: number | undefined

  constructor(code: string, text: string, line?: number) {
    super(text)
    this.code = code
    this.line = line
  }
}
