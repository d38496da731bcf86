// The comment gate and its lexer: what counts as a comment, and what counts as lost.

import { describe, expect, test } from 'vitest'
import { lostComments } from '../src/yaml/comments.ts'
import { lex } from '../src/yaml/lexer.ts'

function commentsOf(text: string): string[] {
  return lex(text)
    .filter(({ kind }) => kind === 'comment')
    .map(({ start, end }) => text.slice(start, end))
}

function keysOf(text: string): string[] {
  return lex(text)
    .filter(({ kind }) => kind === 'key')
    .map(({ start, end }) => text.slice(start, end))
}

describe('the lexer', () => {
  test.each<[string, string, string[]]>([
    ['comments at every place', '# a\nb: 1 # c\n  # d\n- e # f\n', ['# a', '# c', '# d', '# f']],
    ['a hash inside a word is none', 'a: b#c\nd: http://x/#y\n', []],
    ['quotes hide it', 'a: "x # y"\nb: \'x # \'\' # y\' # z\nc: "\\" # no"\n', ['# z']],
    ['quotes over several lines hide it', 'a: "x\n  # no\n  y" # yes\n', ['# yes']],
    ['a quote within a plain scalar opens nothing', 'a: it\'s # yes\nb: 5" # too\n', ['# yes', '# too']],
    [
      'block scalars hide it',
      'a: | # yes\n  # no\n   # no\n\n  # no\n# end\nb: >-2 # yes\n    # no\n',
      ['# yes', '# end', '# yes'],
    ],
    ['a block scalar behind dashes', '- - |\n    # no\n  # yes\n- |\n # no\n', ['# yes']],
    ['a block scalar with a tag and an anchor', 'a: !!str &x |\n  # no\nb: 1 # yes\n', ['# yes']],
    ['a block scalar at the root ends at a marker', '--- |\n# no\n---\n# yes\n', ['# yes']],
    ['a plain scalar that goes on', 'a: b\n  "c # yes\nd: 1 # too\n', ['# yes', '# too']],
    ['flow collections', 'a: [b, # one\n  "c # no", {d: e}] # two\nf: 1 # three\n', ['# one', '# two', '# three']],
    ['windows line endings', 'a: 1 # b\r\n# c\r\n', ['# b', '# c']],
    ['no line at the end', 'a: 1 # b', ['# b']],
  ])('finds %s', (_, text, comments) => {
    expect(commentsOf(text)).toEqual(comments)
  })

  test('finds keys in block and flow', () => {
    expect(keysOf('a: {"b": 1, c: [d: e]}\n- "f" : g:h\n  ? i\n  : j\n\'k\': l\n')).toEqual([
      'a',
      '"b"',
      'c',
      'd',
      '"f"',
      "'k'",
    ])
  })

  test('reads any text to its end', () => {
    for (const text of [
      '"',
      "'",
      '[',
      '{{',
      '- |',
      'a: >9',
      '\t\t',
      '%',
      '&',
      ': ',
      '?',
      '\r',
      '\ufeff',
      '#',
      '*',
      'a: "\\',
    ]) {
      expect(() => lex(text)).not.toThrow()
    }
  })
})

const TEXT = `# head
a: 1 # one
# leads b
b:
  # inside
  c: 2
  # end of b

d:
  - x # x
  # leads y
  - y
`

describe('a comment is lost', () => {
  test.each<[string, (text: string) => string, string[]]>([
    ['when it is gone', text => text.replace(' # one', ''), ['line 2: # one']],
    ['when its words change', text => text.replace('# inside', '# outside'), ['line 5: # inside']],
    [
      'when it moves to another key',
      text => text.replace('a: 1 # one', 'a: 1').replace('c: 2', 'c: 2 # one'),
      ['line 2: # one'],
    ],
    ['when its key slips past it', text => text.replace('# leads b\nb:', 'b:\n# leads b'), ['line 3: # leads b']],
    [
      'when items trade places around it',
      text => text.replace('  # leads y\n  - y', '  - y\n  # leads y'),
      ['line 11: # leads y'],
    ],
    ['when it becomes content', text => text.replace('d:', 'd: |'), ['line 10: # x', 'line 11: # leads y']],
    [
      'when it stands behind a value instead of above it',
      text => text.replace('  # leads y\n  - y', '  - y # leads y'),
      ['line 11: # leads y'],
    ],
  ])('%s', (_, change, lost) => {
    expect(change(TEXT)).not.toBe(TEXT)
    expect(lostComments(TEXT, change(TEXT))).toEqual(expect.arrayContaining(lost))
  })
})

describe('a comment is kept', () => {
  test.each<[string, (text: string) => string]>([
    ['when nothing changes', text => text],
    [
      'when keys come around it',
      text => text.replace('c: 2\n', 'b1: 0\n  c: 2\n  e: 3\n').replace('b:\n', 'b:\n  a0: 1\n'),
    ],
    ['when its value changes', text => text.replace('a: 1', 'a: [1, 2]').replace('- x', '- z')],
    ['when a key beside it goes', text => text.replace('  c: 2\n', '')],
    ['when new comments come', text => text.replace('b:', '# new\nb: # newer')],
    ['when a document follows', text => `${text}---\n# z\nz: 1\n`],
  ])('%s', (_, change) => {
    expect(lostComments(TEXT, change(TEXT))).toEqual([])
  })

  test('when its value changes into another one, and a line like its old one comes below', () => {
    const before = '- name: A\n  value: "true" # why\n- name: B\n  value: "1"\n'
    const after = '- name: A\n  value: "false" # why\n- name: B\n  value: "1"\n- name: C\n  value: "true"\n'
    expect(lostComments(before, after)).toEqual([])
    const moved = '- name: A\n  value: "true"\n- name: B\n  value: "1" # why\n'
    expect(lostComments(before, moved)).toEqual(['line 2: # why'])
  })

  test('when it was removed on purpose, and only then', () => {
    const after = TEXT.replace('a: 1 # one\n', '').replace('  - x # x\n', '')
    expect(lostComments(TEXT, after, ['line 2: # one'])).toEqual(['line 10: # x'])
    expect(lostComments(TEXT, after, ['line 2: # one', 'line 10: # x'])).toEqual([])
  })

  test('when its key was renamed, and only then', () => {
    const after = TEXT.replace('a: 1', 'z: 1')
    expect(lostComments(TEXT, after)).toEqual(['line 2: # one'])
    expect(lostComments(TEXT, after, [], [['a', 'z']])).toEqual([])
  })

  test('when one of several with the same words was removed', () => {
    const before = 'a: 1 # same\nb: 2 # same\nc: 3 # same\n'
    expect(lostComments(before, 'a: 1 # same\nc: 3 # same\n', ['line 2: # same'])).toEqual([])
    expect(lostComments(before, 'a: 1 # same\nc: 3 # same\n', ['line 3: # same'])).not.toEqual([])
  })
})
