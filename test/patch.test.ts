// The patch, taken by the real `git apply`: byte for byte, whatever the text and the name of the file.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FileChange } from '../src/engine/outcome.ts'
import { compareTexts } from '../src/report/hunks.ts'
import { createPatch } from '../src/report/patch.ts'
import { folder, git, put, read } from './support/program.ts'

function change(file: string, before: string | undefined, after: string): FileChange {
  return { file, before, after, findings: [] }
}

/** Applies the patch of the changes with git and answers the new texts. */
function applied(changes: readonly FileChange[]): string[] {
  const root = folder()
  git(root, 'init', '-q')
  for (const { file, before } of changes) if (before !== undefined) put(root, file, before)
  put(root, '.git/kubemend.patch', createPatch(changes))
  git(root, '-c', 'core.autocrlf=false', 'apply', '--whitespace=nowarn', '.git/kubemend.patch')
  return changes.map(({ file }) => read(root, file))
}

const LINES = Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join('')

test.each([
  ['a plain change', 'a.yaml', LINES, LINES.replace('line 20\n', 'line twenty\n')],
  ['two changes far apart', 'a.yaml', LINES, LINES.replace('line 2\n', '').replace('line 38\n', 'x\ny\n')],
  ['no final line feed on both sides', 'a.yaml', 'a: 1\nb: 2', 'a: 2\nb: 2'],
  ['a final line feed that is added', 'a.yaml', 'a: 1\nb: 2', 'a: 1\nb: 2\nc: 3\n'],
  ['a final line feed that goes away', 'a.yaml', 'a: 1\nb: 2\n', 'a: 1\nb: 3'],
  ['CRLF line endings', 'a.yaml', 'a: 1\r\nb: 2\r\n', 'a: 1\r\nx: 0\r\nb: 2\r\n'],
  ['mixed line endings', 'a.yaml', 'a: 1\r\nb: 2\nc: 3\r\n', 'a: 1\r\nb: 3\nc: 3\r\n'],
  ['a carriage return within a line', 'a.yaml', 'a: "x\ry"\nb: 1\n', 'a: "x\ry"\nb: 2\n'],
  ['a byte-order mark', 'a.yaml', '\ufeffa: 1\nb: 2\n', '\ufeffa: 1\nb: 3\n'],
  ['other scripts and wide characters', 'a.yaml', 'a: ä€𝄞\nb: 日本\n', 'a: ä€𝄞\nb: 日本語\n'],
  [
    'other line separators of Unicode',
    'a.yaml',
    'a: "x\u2028y\u0085z\u000c"\nb: 1\n',
    'a: "x\u2028y\u0085z\u000c"\nb: 2\n',
  ],
  ['lines that look like a patch', 'a.yaml', '--- a\n+++ b\n@@ -1 +1 @@\n-x\n', '--- a\n+++ b\n@@ -1 +1 @@\n+x\n'],
  ['an empty file', 'a.yaml', '', 'a: 1\n'],
  ['trailing blanks', 'a.yaml', 'a: 1  \n\t\nb: 2 \n', 'a: 1  \n\t\nb: 3 \n'],
  ['a folder', 'k8s/base/a.yaml', 'a: 1\n', 'a: 2\n'],
  ['a name with spaces', 'my files/a b.yaml', 'a: 1\n', 'a: 2\n'],
  ['a name in another script', 'übung/日本.yaml', 'a: 1\n', 'a: 2\n'],
  ['a name with quotes and a tab', 'a"b\tc\\d.yaml', 'a: 1\n', 'a: 2\n'],
])('git applies %s exactly', (_, file, before, after) => {
  expect(applied([change(file, before, after)])).toEqual([after])
})

test('git applies a new file, with and without a final line feed', () => {
  expect(applied([change('new.yaml', undefined, 'a: 1\nb: 2\n')])).toEqual(['a: 1\nb: 2\n'])
  expect(applied([change('deep/new.yaml', undefined, 'a: 1')])).toEqual(['a: 1'])
})

test('git applies several files at once', () => {
  const changes = [
    change('a.yaml', 'a: 1\n', 'a: 2\n'),
    change('b.yaml', 'b: 1', 'b: 2'),
    change('c.yaml', undefined, 'c: 1\n'),
  ]
  expect(applied(changes)).toEqual(['a: 2\n', 'b: 2', 'c: 1\n'])
})

test('a file that does not change is no part of the patch', () => {
  expect(createPatch([change('a.yaml', 'a: 1\n', 'a: 1\n')])).toBe('')
})

test('a rewrite of everything becomes one hunk instead of a search without end, and git applies it', () => {
  const before = `top: 1\n${Array.from({ length: 6_000 }, (_, index) => `  a${index}: x\n`).join('')}end: 1`
  const after = before.replaceAll('  a', '    b')
  const { hunks } = compareTexts({ before: 'a', after: 'b' }, before, after, 3)
  expect(hunks).toHaveLength(1)
  expect(applied([change('a.yaml', before, after)])).toEqual([after])
})

test('git applies the patch of any two texts exactly', () => {
  const line = fc.constantFrom('a', 'b: 1', '  c', '', '- d', '+ e', '\\ No newline', 'x\r', '\ufeff', '--- a/x', '日')
  const text = fc
    .tuple(fc.array(line, { maxLength: 25 }), fc.boolean())
    .map(([lines, hasEnd]) => lines.join('\n') + (hasEnd ? '\n' : ''))
  fc.assert(
    fc.property(text, text, (before, after) => {
      fc.pre(before !== after)
      expect(applied([change('a.yaml', before, after)])).toEqual([after])
    }),
    { numRuns: 60 },
  )
})
