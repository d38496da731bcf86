// The rules of the house: imports run one way, and each third-party package has one room.

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

/** Floors from the ground up: a room may import from its own floor and from those below. */
const FLOORS: readonly (readonly string[])[] = [
  ['yaml', 'kube', 'schema', 'config'],
  ['engine', 'sdk'],
  ['report', 'transforms', 'bot'],
  ['io', 'forge', 'commands'],
  ['cli'],
]

/** The only rooms that may import a package; packages that are not named are free to none. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  yaml: ['yaml'],
  'js-yaml': ['yaml'],
  'fast-json-patch': ['engine'],
  ajv: ['schema'],
  picomatch: ['config'],
  diff: ['report'],
  picocolors: ['report', 'commands'],
  sarif: ['report'],
  tinyglobby: ['io'],
  ignore: ['io', 'bot'],
  commander: ['cli'],
}

/** Rooms that touch the disk, start a process or open a connection. */
const OUTSIDE: Readonly<Record<string, readonly string[]>> = {
  'node:fs': ['io', 'cli', 'schema'],
  'node:fs/promises': ['io'],
  'node:child_process': ['io'],
  'node:http': ['forge'],
  'node:https': ['forge'],
  'node:net': ['forge'],
}

interface Import {
  readonly file: string
  readonly room: string
  readonly target: string
  readonly isType: boolean
}

const IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => path.posix.join(folder, name.split(path.sep).join('/')))
    .sort()
}

function roomOf(file: string): string {
  const [top, room = ''] = file.split('/')
  if (top === 'transforms') return 'transforms'
  if (room === 'sdk.ts') return 'sdk'
  return room.endsWith('.ts') ? 'cli' : room
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(IMPORT)].map(([, type, target, lazy]) => ({
    file,
    room: roomOf(file),
    target: target ?? lazy ?? '',
    isType: type !== undefined,
  }))
}

const files = [...sources('src'), ...sources('transforms')]
const imports = files.flatMap(importsOf)

function floorOf(room: string): number {
  return FLOORS.findIndex(rooms => rooms.includes(room))
}

function resolve({ file, target }: Import): string {
  return path.posix.normalize(path.posix.join(path.posix.dirname(file), target))
}

const inner = imports.filter(({ target }) => target.startsWith('.') && !target.endsWith('.json'))

describe('imports', () => {
  test('are found', () => {
    expect(inner.length).toBeGreaterThan(100)
    expect(imports.map(({ target }) => target)).toContain('commander')
  })

  test('stand in rooms that the house has', () => {
    expect(files.filter(file => floorOf(roomOf(file)) < 0)).toEqual([])
  })

  test('run downwards or along one floor', () => {
    const upward = inner.filter(entry => floorOf(roomOf(resolve(entry))) > floorOf(entry.room))
    expect(upward.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
  })

  test('of transforms are made only by the wiring', () => {
    const foreign = inner.filter(
      entry => roomOf(resolve(entry)) === 'transforms' && !['transforms', 'cli'].includes(entry.room),
    )
    expect(foreign.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
  })

  test('name the file with its ending', () => {
    expect(
      inner.filter(({ target }) => !target.endsWith('.ts')).map(({ file, target }) => `${file} imports ${target}`),
    ).toEqual([])
  })
})

describe('packages', () => {
  const packages = imports.filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'))
  const nameOf = (target: string) =>
    target
      .split('/')
      .slice(0, target.startsWith('@') ? 2 : 1)
      .join('/')

  test('are imported by their own rooms only', () => {
    const strangers = packages.filter(({ room, target }) => !OWNERS[nameOf(target)]?.includes(room))
    expect(strangers.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
  })

  test('that own a room are used there', () => {
    const used = new Set(packages.map(({ target }) => nameOf(target)))
    expect(Object.keys(OWNERS).filter(name => !used.has(name))).toEqual([])
  })
})

test('only the outer rooms touch the disk, start processes or open connections', () => {
  const strangers = imports.filter(
    ({ room, target }) => OUTSIDE[target] !== undefined && !OUTSIDE[target].includes(room),
  )
  expect(strangers.map(({ file, target }) => `${file} imports ${target}`)).toEqual([])
  const inSchema = imports.filter(({ room, target }) => room === 'schema' && OUTSIDE[target] !== undefined)
  expect(inSchema.map(({ file }) => file)).toEqual(['src/schema/bundled.ts'])
})

test('every source begins with a sentence on its job', () => {
  const without = files.filter(file => !/^\/\/ \S+(?: \S+){3}/.test(readFileSync(file, 'utf8')))
  expect(without).toEqual([])
})
