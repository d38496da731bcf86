// Image references: registry, path, tag, digest, and matching by path suffix (mirrors prepend anything).

export interface ImageReference {
  /** `docker.io` when the reference names none */
  readonly registry: string
  /** true when the reference itself names the registry */
  readonly qualified: boolean
  /** path without the registry; a single component of Docker Hub gets its `library/` prefix */
  readonly path: string
  readonly components: readonly string[]
  readonly tag: string | undefined
  readonly digest: string | undefined
}

/**
 * Parses `[registry/]path[:tag][@digest]`. The first component is a registry only if it holds `.` or `:` or is
 * `localhost`; a `:` after the last `/` starts the tag. Undefined for an empty text or one with blanks or braces.
 */
export function parseImage(reference: string): ImageReference | undefined {
  if (reference === '' || /[\s{}$]/.test(reference)) return undefined
  const [name = '', digest] = splitOnce(reference, '@')
  const slash = name.lastIndexOf('/')
  const colon = name.indexOf(':', slash + 1)
  const tag = colon < 0 ? undefined : name.slice(colon + 1)
  const components = (colon < 0 ? name : name.slice(0, colon)).split('/')
  const first = components[0] ?? ''
  const qualified = components.length > 1 && (first.includes('.') || first.includes(':') || first === 'localhost')
  if (qualified) components.shift()
  if (!qualified && components.length === 1) components.unshift('library')
  if (components.some(component => component === '')) return undefined
  return { registry: qualified ? first : 'docker.io', qualified, path: components.join('/'), components, tag, digest }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const index = text.indexOf(separator)
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + separator.length)]
}

/** Whether the last components of the path are exactly those of `suffix` (`confluentinc/cp-kafka`). */
export function hasPathSuffix(image: ImageReference, suffix: string): boolean {
  const wanted = suffix.split('/')
  if (image.components.length < wanted.length) return false
  return wanted.every((part, index) => image.components[image.components.length - wanted.length + index] === part)
}

/** No fixed version: no tag and no digest, or the tag `latest`. */
export function isFloating(image: ImageReference): boolean {
  return image.digest === undefined && (image.tag === undefined || image.tag === 'latest')
}
