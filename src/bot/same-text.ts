// Whether a text is the one that was sent, once a forge has stored it.

/** Forges change line ends and white space at both ends on their way. */
export function sameText(a: string, b: string): boolean {
  return normalised(a) === normalised(b)
}

function normalised(text: string): string {
  return text.replaceAll('\r\n', '\n').trim()
}
