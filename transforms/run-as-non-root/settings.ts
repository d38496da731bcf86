// The configuration's `images:` table: what its author knows about the users of images.

import type { ImageReference, Section } from '../../src/sdk.ts'

export interface ImageSetting {
  /** true: the image's own user is a number above 0; false: it has to start as root */
  readonly nonRoot?: boolean
  /** uid that its containers are to run as */
  readonly user?: number
  readonly group?: number
  readonly fsGroup?: number
}

const ID = { type: 'integer', minimum: 1, maximum: 2147483647 }

export const IMAGES: Section<Readonly<Record<string, ImageSetting>>> = {
  name: 'images',
  description:
    'Users of images, by name without tag: nonRoot (its own user is a number above 0), or user, group and fsGroup to write.',
  schema: {
    type: 'object',
    additionalProperties: {
      type: 'object',
      additionalProperties: false,
      properties: { nonRoot: { type: 'boolean' }, user: ID, group: ID, fsGroup: ID },
    },
  },
  defaults: {},
}

/** The entry with the longest name that is the image's name or its end. */
export function settingFor(
  image: ImageReference,
  settings: Readonly<Record<string, ImageSetting>>,
): ImageSetting | undefined {
  const full = `/${image.registry}/${image.path}`
  const names = Object.keys(settings).filter(name => full.endsWith(`/${name}`))
  const longest = names.sort((a, b) => b.length - a.length)[0]
  return longest === undefined ? undefined : settings[longest]
}
