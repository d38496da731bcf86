// Fits a page into a number of characters: what matters least is shortened first, and nothing is cut in the middle.

/** A part of a page. Lengths are in UTF-16 units, as forges count them. */
export interface Part {
  /** in full */
  readonly text: string
  /** length of the shortest form that still says something; no part goes below while another can be shortened to it */
  readonly floor: number
  /** The fullest form that has at most `limit` units; empty when there is none. */
  shorten(limit: number): string
}

const GAP = '\n\n'

/** The page, its parts in their order with blank lines between; `weakest` names them from the first to be shortened. */
export function fitParts(parts: readonly Part[], weakest: readonly Part[], limit: number): string {
  const texts = new Map(parts.map(part => [part, part.text]))
  const page = () => [...texts.values()].filter(text => text !== '').join(GAP)
  for (const floorOf of [(part: Part) => part.floor, () => 0]) {
    for (const part of weakest) {
      const excess = page().length - limit
      if (excess <= 0) return page()
      const length = (texts.get(part) ?? '').length
      texts.set(part, part.shorten(Math.max(floorOf(part), length - excess)))
    }
  }
  return page()
}

/** A part that is there or not. */
export function whole(text: string): Part {
  return { text, floor: text.length, shorten: limit => (text.length <= limit ? text : '') }
}

export interface ListFacts {
  /** stands right before the first item, with the line breaks that belong between them */
  readonly head: string
  readonly items: readonly string[]
  /** what stands between two items */
  readonly separator: string
  /** a sentence on the items that are left out; its length grows with neither number's value, only with their digits */
  readonly more: (left: number, total: number) => string
  /** what is said in place of all when no item has room */
  readonly brief: string
}

/** A heading and items: as many of them as there is room for, in their order, and a sentence on the others. */
export function list(facts: ListFacts): Part {
  const { head, items, separator } = facts
  const text = items.length === 0 ? '' : head + items.join(separator)
  const floor = Math.min(text.length, facts.brief.length)
  return { text, floor, shorten: limit => (text.length <= limit ? text : shortList(facts, limit)) }
}

function shortList({ head, items, separator, more, brief }: ListFacts, limit: number): string {
  let room = limit - head.length - GAP.length - more(items.length, items.length).length
  const shown: string[] = []
  for (const item of items) {
    const cost = item.length + separator.length
    // one item that is too large does not hide the small ones behind it
    if (cost > room) continue
    shown.push(item)
    room -= cost
  }
  if (shown.length === 0) return brief.length <= limit ? brief : ''
  return head + shown.join(separator) + GAP + more(items.length - shown.length, items.length)
}
