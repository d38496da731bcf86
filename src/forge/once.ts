// Answers that are asked for once and shared by all who want them.

/** Asks at the first call; every later one gets the same answer. A failure is not kept: the next call asks again. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => {
    asked ??= ask().catch(error => {
      asked = undefined
      throw error
    })
    return asked
  }
}
