// Reads the TypeScript declarations of the kubernetes-models family of packages: structure, required fields, enums.

/** A type as the declarations say it; `unknown` is anything that is not constrained. */
export type Declared =
  | { readonly is: 'text' | 'number' | 'boolean' | 'unknown' }
  | { readonly is: 'choice'; readonly choices: readonly string[] }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'array' | 'map'; readonly of: Declared }
  | { readonly is: 'fields'; readonly fields: ReadonlyMap<string, DeclaredField> }

export interface DeclaredField {
  readonly required: boolean
  readonly type: Declared
}

export interface Declaration {
  /** the full name, `IoK8sApiCoreV1Container` */
  readonly id: string
  /** ids of the interfaces it extends, without TypeMeta */
  readonly parents: readonly string[]
  readonly type: Declared
}

/** The one declaration of a file; undefined for indexes and re-exports. */
export function readDeclaration(text: string): Declaration | undefined {
  const source = text.replace(/\/\*\*[\s\S]*?\*\//g, '')
  const names = /^export type \{ (\w+) as I(\w+), \w+ as \w+ \};/m.exec(source)
  if (names?.[1] === undefined || names[2] === undefined) return undefined
  const [, local, id] = names
  const alias = new RegExp(`^export type ${local} = ([^;]+;)`, 'm').exec(source)
  if (alias?.[1] !== undefined) return { id, parents: [], type: new Reader(alias[1]).type() }
  const start = new RegExp(`^export interface ${local}(?: extends ([^{]+))? \\{`, 'm').exec(source)
  if (start === null) return undefined
  const parents = (start[1] ?? '').split(', ').filter(name => name !== '' && name !== 'TypeMeta')
  const body = source.slice(start.index + start[0].length - 1)
  return { id, parents: parents.map(withoutPrefix), type: new Reader(body).type() }
}

function withoutPrefix(name: string): string {
  return name.replace(/^I(?=[A-Z])/, '')
}

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|\w+|[{}[\]<>:;?|])/y

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  type(): Declared {
    const members = [this.#single()]
    while (this.#peek() === '|') {
      this.#next()
      members.push(this.#single())
    }
    const choices = members.flatMap(member => (member.is === 'choice' ? member.choices : []))
    if (choices.length === members.length) return { is: 'choice', choices }
    return members.length === 1 && members[0] !== undefined ? members[0] : { is: 'unknown' }
  }

  #single(): Declared {
    const token = this.#next()
    if (token === '{') return this.#braces()
    if (token.startsWith('"')) return { is: 'choice', choices: [JSON.parse(token) as string] }
    if (token === 'Array') return { is: 'array', of: this.#between('<', '>') }
    if (token === 'string') return { is: 'text' }
    if (token === 'number' || token === 'boolean') return { is: token }
    if (token === 'any' || token === 'unknown' || token === 'object') return { is: 'unknown' }
    // `ISubject["kind"]` narrows a field of a model to its own constant
    if (this.#peek() === '[') this.#between('[', ']')
    return { is: 'name', name: withoutPrefix(token) }
  }

  #braces(): Declared {
    const fields = new Map<string, DeclaredField>()
    let map: Declared | undefined
    while (this.#peek() !== '}') {
      const token = this.#next()
      if (token === '[') {
        while (this.#next() !== ']');
        this.#expect(':')
        map = { is: 'map', of: this.type() }
      } else {
        const optional = this.#peek() === '?'
        if (optional) this.#next()
        this.#expect(':')
        const name = token.startsWith('"') ? (JSON.parse(token) as string) : token
        fields.set(name, { required: !optional, type: this.type() })
      }
      this.#expect(';')
    }
    this.#expect('}')
    if (map !== undefined) return map
    return { is: 'fields', fields }
  }

  #between(open: string, close: string): Declared {
    this.#expect(open)
    const type = this.type()
    this.#expect(close)
    return type
  }

  #peek(): string {
    const before = this.#at
    const token = this.#next()
    this.#at = before
    return token
  }

  #next(): string {
    TOKEN.lastIndex = this.#at
    const token = TOKEN.exec(this.#text)?.[1]
    if (token === undefined)
      throw new Error(`cannot read the declaration at: ${this.#text.slice(this.#at, this.#at + 80)}`)
    this.#at = TOKEN.lastIndex
    return token
  }

  #expect(token: string): void {
    const found = this.#next()
    if (found !== token) throw new Error(`expected ${token} and found ${found} in: ${this.#text.slice(0, 80)}`)
  }
}
