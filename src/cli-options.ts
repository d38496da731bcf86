// What several parts of the command line need of their flags.

/** Parser of a flag that may be given several times. */
export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value]
}
