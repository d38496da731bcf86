// What a repository says is shown and does nothing: text, code, HTML and fences of a body.

import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { describe, expect, test } from 'vitest'
import { bodyCode, bodyHtml, bodyText, fenced } from '../src/bot/escape.ts'
import { printable, printableLines } from '../src/report/escape.ts'
import { HOSTILE, REACHES, readPage } from './support/bot-page.ts'
import { hostileText } from './support/bot-plan.ts'

const GAPS = /\u200b/g

describe('text', () => {
  test.each(HOSTILE)('%j reaches nobody', text => {
    const page = readPage(`x ${bodyText(text)} x`)
    for (const pattern of REACHES) expect(page.text).not.toMatch(pattern)
    expect({ links: page.links, html: page.html }).toEqual({ links: [], html: [] })
  })

  test('reads as it was written', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const shown = readPage(`x${bodyText(text)}x`).text.replace(GAPS, '')
        expect(shown).toBe(`x${printable(text)}x`)
      }),
      { numRuns: 1_000 },
    )
  })

  test('of ordinary names is left as it is', () => {
    for (const name of ['Deployment platform/api-gateway', 'web-0', 'kafka:9092', 'v1.36', 'config.yaml']) {
      expect(bodyText(name)).toBe(name)
    }
  })
})

describe('code', () => {
  test('is one span that holds the text, in a table as well', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const page = `| a | b |\n| --- | --- |\n| ${bodyCode(text)} | end |`
        const tokens = new MarkdownIt({ html: true, linkify: true }).parse(page, {})
        const cells = tokens.filter(({ type }) => type === 'inline').slice(2)
        expect(cells.map(({ children }) => children?.map(({ type }) => type))).toEqual([
          text === '' ? ['text'] : ['code_inline'],
          ['text'],
        ])
        expect(page).not.toContain('<!--')
      }),
      { numRuns: 1_000 },
    )
  })
})

test('a fence holds its text and ends', () => {
  fc.assert(
    fc.property(hostileText, text => {
      const page = `${fenced('diff', text)}\n\nend`
      const tokens = new MarkdownIt().parse(page, {})
      expect(tokens.map(({ type }) => type)).toEqual(['fence', 'paragraph_open', 'inline', 'paragraph_close'])
      const shown = printableLines(text).replaceAll('<!--', '<\\u{21}--').replaceAll('-->', '-\\u{2d}>')
      expect(tokens[0]?.content).toBe(`${shown.replace(/\n$/, '')}\n`)
    }),
    { numRuns: 1_000 },
  )
})

test('HTML holds text and no markup', () => {
  fc.assert(
    fc.property(hostileText, text => {
      const page = readPage(`<details>\n<summary><code>${bodyHtml(text)}</code></summary>\n\nend`)
      expect(page.html).toHaveLength(1)
      expect(page.html[0]?.match(/<[^>]*>/g)).toEqual([
        ...['<details>', '<summary>', '<code>', '</code>', '</summary>'],
      ])
      expect({ text: page.text, links: page.links }).toEqual({ text: 'end', links: [] })
    }),
  )
})
