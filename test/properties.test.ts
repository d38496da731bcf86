// Properties text: what counts in it, and edits that leave every other line as it is.

import { describe, expect, test } from 'vitest'
import { parseProperties, propertyOf, removeProperty, setProperty } from '../src/kube/properties.ts'

const TEXT = `# broker
broker.id=1
listeners : PLAINTEXT://:9092
  log.dirs = /data/a,\\
             /data/b
! the next one counts
num.partitions=1
num.partitions 3
empty=
path=C\\:\\\\logs
`

describe('reading', () => {
  test.each([
    ['broker.id', '1'],
    ['listeners', 'PLAINTEXT://:9092'],
    ['log.dirs', '/data/a,/data/b'],
    ['num.partitions', '3'],
    ['empty', ''],
    ['path', 'C:\\logs'],
    ['Broker.Id', undefined],
    ['broker', undefined],
  ])('%s is %s', (key, value) => {
    expect(propertyOf(TEXT, key)).toBe(value)
  })

  test('comments and blank lines hold no property', () => {
    expect(parseProperties('# a=1\n\n  ! b=2\n').map(({ key }) => key)).toEqual([])
  })
})

describe('setting', () => {
  test('changes the line that counts, and no other', () => {
    expect(setProperty(TEXT, 'num.partitions', '6')).toBe(TEXT.replace('num.partitions 3', 'num.partitions 6'))
  })

  test('keeps indentation and separator, and takes the place of a continued line', () => {
    const after = TEXT.replace(/ {2}log\.dirs = [\s\S]*?\/data\/b/, '  log.dirs = /data')
    expect(setProperty(TEXT, 'log.dirs', '/data')).toBe(after)
  })

  test('adds a new key at the end, as the lines before it are written', () => {
    expect(setProperty('a = 1\n', 'b', '2')).toBe('a = 1\nb = 2\n')
    expect(setProperty('a=1', 'b', '2')).toBe('a=1\nb=2')
    expect(setProperty('a=1\r\n', 'b', '2')).toBe('a=1\r\nb=2\r\n')
    expect(setProperty('', 'b', '2').trim()).toBe('b=2')
  })

  test('the value that stands there already changes nothing', () => {
    expect(setProperty(TEXT, 'listeners', 'PLAINTEXT://:9092')).toBe(TEXT)
  })

  test.each(['b', 'x y', 'back\\slash', 'a=b:c#d', ''])('what is set is read again: %j', value => {
    expect(propertyOf(setProperty(TEXT, 'new.key', value), 'new.key')).toBe(value)
  })
})

test('removing takes every line of the key, continuations too', () => {
  expect(removeProperty(TEXT, 'num.partitions')).toBe(TEXT.replace('num.partitions=1\nnum.partitions 3\n', ''))
  expect(removeProperty(TEXT, 'log.dirs')).not.toContain('/data')
  expect(removeProperty(TEXT, 'none')).toBe(TEXT)
})
