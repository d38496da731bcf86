// Takes credentials out of text before anybody sees it: known ones in every spelling, and what looks like one.

const MARK = '***'

/** What tokens of the forges look like, and credentials in headers and addresses; the first group stays. */
const SHAPES: readonly RegExp[] = [
  /()\b(?:gh[opsur]_|github_pat_)[A-Za-z0-9][\w-]*(?:\.[\w-]+)*/g,
  /()\bgl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct)-[\w-]{10,}(?:\.[\w-]+)*/g,
  /(\btoken[ =:]+)[0-9a-f]{40}\b/gi,
  /(\b(?:authorization|private-token)\s*:\s*(?:(?:basic|bearer|token)\s+)?)[^\s'"]+/gi,
  /(\b(?:basic|bearer)\s+)[\w.~+/-]{16,}=*/gi,
  /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@'"]*:[^\s/@'"]*(?=@)/gi,
]

/** Shorter pieces of base64 would be found in harmless text. */
const SHORTEST_PIECE = 8

/**
 * A function that replaces credentials by `***`: the given secrets as they are, encoded for URLs, and in base64, also
 * where they are a part of what was encoded (`user:token`); and what has the shape of a token. Empty secrets are ignored.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const spellings = [...new Set(secrets.filter(secret => secret !== '').flatMap(spellingsOf))]
  spellings.sort((a, b) => b.length - a.length)
  const known = spellings.length === 0 ? undefined : new RegExp(spellings.map(literally).join('|'), 'g')
  return text => {
    const plain = known === undefined ? text : text.replace(known, MARK)
    return SHAPES.reduce((rest, shape) => rest.replace(shape, (_, kept: string) => `${kept}${MARK}`), plain)
  }
}

function spellingsOf(secret: string): string[] {
  const encoded = encodeURIComponent(Buffer.from(secret).toString())
  const lower = encoded.replace(/%[\dA-F]{2}/g, code => code.toLowerCase())
  const form = encoded.replaceAll('%20', '+')
  return [secret, encoded, lower, form, JSON.stringify(secret).slice(1, -1), ...piecesOfBase64(secret)]
}

/** The characters that stand for nothing but the secret, wherever it begins in the text that is encoded. */
function piecesOfBase64(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const pieces = [0, 1, 2].map(shift => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const isRagged = (shift + bytes.length) % 3 !== 0
    return text.slice(shift === 0 ? 0 : shift + 1, isRagged ? -1 : undefined)
  })
  return pieces
    .filter(piece => piece.length >= SHORTEST_PIECE)
    .flatMap(piece => [piece, piece.replaceAll('+', '-').replaceAll('/', '_')])
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
