// Splits what is too large for one pull request: by folder, so that the parts stay the same while others are merged.

import { createHash } from 'node:crypto'
import path from 'node:path'
import { identity } from '../kube/resource.ts'
import { compare } from './order.ts'
import type { Bundle } from './ties.ts'

/** `name` is empty for a group that is not split; it depends on what is in the part alone. */
export interface Part {
  readonly name: string
  readonly bundles: readonly Bundle[]
}

export interface SplitOptions {
  readonly maxFiles: number
  readonly maxBytes: number
  /** bytes of a file's new text */
  readonly sizeOf: (file: string) => number
  /** whether a person wants smaller parts in place of that one */
  readonly isAsked: (name: string) => boolean
  /** whether a pull request of that part may be under way: then the parts stay, although they would fit together now */
  readonly isUnderWay: (name: string) => boolean
}

/** Bits for the folder of a bundle, and as many for its resource: a thousand parts of each. */
const BITS = 10

interface Addressed {
  readonly bundle: Bundle
  /** `0` and `1`: the part that holds the bundle is named by the first of them */
  readonly address: string
}

/**
 * Halves the bundles by the bits of a hash over their folders, and those of a single folder by a hash over their
 * resources, until each part is small enough. A bundle is never split. What comes or goes elsewhere moves nothing
 * from one part to another.
 */
export function splitBundles(bundles: readonly Bundle[], options: SplitOptions): Part[] {
  const { maxFiles, maxBytes, sizeOf, isAsked, isUnderWay } = options
  const known = new Map<string, boolean>()
  const hasPartsUnderWay = ({ address }: Addressed, name: string): boolean => {
    for (let length = name.length + 1; length <= address.length; length += 1) {
      const part = address.slice(0, length)
      if (!known.has(part)) known.set(part, isUnderWay(part))
      if (known.get(part)) return true
    }
    return false
  }
  /** `asked`: so many members somebody wants to see parted; halves may be empty, so it can take several */
  const halve = (members: readonly Addressed[], name: string, asked: number): Part[] => {
    const unparted = isAsked(name) ? members.length : asked
    const files = filesOf(members.map(({ bundle }) => bundle))
    const isFew = files.size <= maxFiles && [...files].reduce((sum, file) => sum + sizeOf(file), 0) <= maxBytes
    const isSmall = members.length < 2 || (isFew && members.length !== unparted)
    const isWhole = name.length === 2 * BITS || (isSmall && !members.some(member => hasPartsUnderWay(member, name)))
    if (isWhole) return [{ name, bundles: members.map(({ bundle }) => bundle) }]
    return ['0', '1'].flatMap(bit => {
      const half = members.filter(({ address }) => address[name.length] === bit)
      return half.length === 0 ? [] : halve(half, name + bit, unparted)
    })
  }
  return halve(
    bundles.map(bundle => ({ bundle, address: bitsOf(folderOf(bundle)) + bitsOf(nameOf(bundle)) })),
    '',
    0,
  )
}

function bitsOf(text: string): string {
  const digest = createHash('sha256').update(text).digest()
  return [...digest.subarray(0, 2)]
    .map(byte => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, BITS)
}

function folderOf(bundle: Bundle): string {
  return bundle.findings.map(({ file }) => path.posix.dirname(file)).sort(compare)[0] ?? ''
}

/** The smallest name of a bundle, which no other finding has a say in. */
export function nameOf(bundle: Bundle): string {
  return bundle.findings.map(({ finding }) => `${finding.rule} ${identity(finding.resource)}`).sort(compare)[0] ?? ''
}

function filesOf(bundles: readonly Bundle[]): ReadonlySet<string> {
  return new Set(
    bundles.flatMap(bundle =>
      bundle.findings.flatMap(({ file, finding }) => [file, ...finding.edits.map(edit => edit.file)]),
    ),
  )
}
