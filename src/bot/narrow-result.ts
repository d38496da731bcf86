// What narrowing one setting comes to, and the operations that never give more than there was.

import type { Json } from '../yaml/value.ts'

export interface Narrowing {
  /** undefined: the setting is left out */
  readonly value: Json | undefined
  /** what was asked for and is not taken, one sentence each */
  readonly notTaken: readonly string[]
}

export function taken(value: Json | undefined, notTaken: readonly string[] = []): Narrowing {
  return { value, notTaken }
}

/** The central value stays. */
export function kept(value: Json | undefined, why: string): Narrowing {
  return { value, notTaken: [why] }
}

export function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])]
}

/** What both have, in the order of the first; an absent first list stands for everything. */
export function common(all: readonly string[] | undefined, asked: readonly string[]): string[] {
  return all === undefined ? [...new Set(asked)] : all.filter(entry => asked.includes(entry))
}

/** What is asked for beyond what there is, as a sentence. */
export function beyond(name: string, asked: readonly string[], all: readonly string[]): string[] {
  const more = asked.filter(entry => !all.includes(entry))
  return more.length === 0 ? [] : [`${name}: ${more.join(', ')}`]
}

/** The smaller of two numbers. */
export function least(name: string, central: number, asked: Json | undefined): Narrowing {
  if (typeof asked !== 'number') return taken(central)
  return asked <= central ? taken(asked) : kept(central, `${name}: ${asked} is more than ${central}`)
}

export function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : []
}
