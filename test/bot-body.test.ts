// The bodies of pull requests: complete, within every limit, closed wherever they are cut, and harmless.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BodyForge, renderBody } from '../src/bot/body.ts'
import { readControls } from '../src/bot/controls.ts'
import type { PullRequest } from '../src/bot/forge.ts'
import { markedBody, readMarker } from '../src/bot/marker.ts'
import { REACHES, readPage } from './support/bot-page.ts'
import { anyFacts, factsOf, findingOf, hostileText, planOf } from './support/bot-plan.ts'

const MARKER = '<!-- kubemend:state e30 AAAA -->'
const GITHUB: BodyForge = { kind: 'github', bodyLimit: 65_536, hasCheckboxes: true }

function headings(body: string): string[] {
  return body.split('\n').filter(line => line.startsWith('## '))
}

const FULL = factsOf(
  planOf({
    findings: [findingOf(), findingOf({ rule: 'ingress', name: 'web', file: 'k8s/web.yaml', risks: ['access'] })],
    key: 'directory folder k8s unsafe',
    label: 'folder k8s',
    risk: 'unsafe',
    runbook: [{ text: 'stop it', commands: ['kubectl stop'], findings: [], stage: 'stop', about: [] }],
  }),
  {
    open: [findingOf({ outcome: 'refused', reason: 'it says no', steps: ['ask again'] })],
    leftOut: [{ finding: findingOf({ name: 'old' }), why: 'rejected' }],
    notTaken: ['bot.unsafe: true'],
  },
)

describe('a body', () => {
  test('begins with its marker and goes from what is done to the diffs', () => {
    const body = renderBody(FULL, GITHUB, MARKER)
    expect(body.split('\n')[0]).toBe(MARKER)
    expect(headings(body)).toEqual([
      ...['## Changes', '## Why', '## Verify', '## Not fixed', '## Steps', '## Not proposed'],
      ...['## Settings that were not taken', '## Controls', '## Diffs'],
    ])
  })

  test('shows each change with its place, its risks and its values', () => {
    const body = renderBody(FULL, GITHUB, MARKER)
    expect(body).toContain(
      '| `replicas` | Deployment api | `k8s/api.yaml:3:1` | restart | `spec.replicas: 1 → 2` |\n' +
        '| `ingress` | Deployment web | `k8s/web.yaml:3:1` | access | `spec.replicas: 1 → 2` |',
    )
    expect(readPage(body).rows).toEqual([5, 5, 5])
  })

  test('says by which command its changes are seen again', () => {
    expect(renderBody(FULL, GITHUB, MARKER)).toContain(
      [
        '```sh',
        'git switch --detach 0123456789012345678901234567890123456789',
        'kubemend diff --root . --only replicas,ingress --unsafe k8s/api.yaml',
        '```',
      ].join('\n'),
    )
  })

  test('names risks, and no risk', () => {
    expect(renderBody(FULL, GITHUB, MARKER)).toContain('**It takes risks** (`restart`, `access`)')
    expect(renderBody(factsOf(planOf({ findings: [findingOf({ risks: ['none'] })] })), GITHUB, MARKER)).toContain(
      'No pod restarts.',
    )
  })

  test('offers a box where there are boxes, and the words everywhere', () => {
    const gitea = renderBody(FULL, { ...GITHUB, hasCheckboxes: false }, MARKER)
    expect(renderBody(FULL, GITHUB, MARKER)).toContain('- [ ] <!-- kubemend:rebase --> ')
    expect(gitea).not.toContain('- [ ]')
    expect(gitea).toContain('`kubemend rebase`')
  })

  test('offers to split nothing that belongs together', () => {
    const unit = factsOf(planOf({ key: 'unit kafka platform/kafka unsafe', label: 'kafka platform/kafka' }))
    expect(renderBody(FULL, GITHUB, MARKER)).toContain('kubemend split')
    expect(renderBody(unit, GITHUB, MARKER)).not.toContain('kubemend split')
  })

  test('links the pull request before it in the words of the forge', () => {
    const predecessor = { number: 7, url: 'https://git.example/7', state: 'merged' } as PullRequest
    const facts = { ...FULL, predecessor }
    expect(renderBody(facts, GITHUB, MARKER)).toContain('It follows [#7](https://git.example/7), which was merged.')
    expect(renderBody(facts, { ...GITHUB, kind: 'gitlab' }, MARKER)).toContain('[!7]')
  })

  test('names folders instead of many files, and the repository instead of many folders', () => {
    const plan = (folders: number) =>
      planOf({
        files: Array.from({ length: 30 }, (_, index) => {
          return { file: `a${index % folders}/${index}.yaml`, before: 'a', after: 'b', findings: [] }
        }),
      })
    expect(renderBody(factsOf(plan(2)), GITHUB, MARKER)).toContain('--only replicas a0 a1\n')
    expect(renderBody(factsOf(plan(20)), GITHUB, MARKER)).toContain('--only replicas .\n')
  })

  test('asks nothing of the bot by itself, and keeps the memory that it is given', () => {
    const memory = {
      ...{ group: 'g', plan: 'ab'.repeat(8), head: 'c'.repeat(40), marks: [], title: '0'.repeat(16), considered: 0 },
      ...{ isPaused: false, isSplit: false, ignore: [], isDecorated: true, withdrawnAt: undefined },
    }
    const body = markedBody(memory, marker => renderBody(FULL, GITHUB, marker))
    expect(readMarker(body)).toMatchObject(memory)
    const controls = readControls({ labels: [], title: '', body, comments: [{ id: 1, body, mayWrite: true }] })
    expect(controls).toMatchObject({ rebase: false, recreate: false, pause: false, split: false, ignore: [] })
  })
})

describe('over budget', () => {
  const many = factsOf(
    planOf({
      findings: Array.from({ length: 200 }, (_, index) =>
        findingOf({ name: `app-${index}`, file: `k8s/${index}.yaml` }),
      ),
      files: Array.from({ length: 200 }, (_, index) => {
        return { file: `k8s/${index}.yaml`, before: 'a: 1\n'.repeat(20), after: 'b: 1\n'.repeat(20), findings: [] }
      }),
    }),
  )

  test('diffs go first, those that have room stay, and the others are counted', () => {
    const body = renderBody(many, { ...GITHUB, bodyLimit: 40_000 }, MARKER)
    const shown = body.match(/<details>/g)?.length ?? 0
    expect(shown).toBeGreaterThan(10)
    expect(body).toContain(`${200 - shown} more diffs: the files of this pull request show them.`)
    expect(readPage(body).rows).toHaveLength(201)
  })

  test('then rows of the table, then all but its counts', () => {
    const body = renderBody(many, { ...GITHUB, bodyLimit: 8_000 }, MARKER)
    expect(body).toContain('200 diffs: the files of this pull request show them.')
    expect(body).toMatch(/Not shown: \d+ of 200 findings\./)
    const isBrief = (text: string) => text.includes('- `replicas`: 200 findings') && text.includes('## Controls')
    const sizes = Array.from({ length: 40 }, (_, index) => 1_500 + 25 * index)
    expect(sizes.filter(bodyLimit => isBrief(renderBody(many, { ...GITHUB, bodyLimit }, MARKER)))).not.toEqual([])
  })

  test('the marker is what stays to the end', () => {
    expect(renderBody(many, { ...GITHUB, bodyLimit: MARKER.length }, MARKER)).toBe(MARKER)
    expect(renderBody(many, { ...GITHUB, bodyLimit: MARKER.length - 1 }, MARKER)).toBe('')
  })
})

/** A body without its code blocks: a diff may show what it likes. */
function outsideFences(body: string): string {
  return body.replace(/^( *)(`{3,})\w*\n[\s\S]*?\n\1\2$/gm, '')
}

describe('whatever the repository holds', () => {
  const anyLimit = fc.oneof(fc.integer({ min: 0, max: 6_000 }), fc.constantFrom(4_000, 32_000, 65_536))

  test('a body keeps its limit, leaves nothing open and says the same twice', () => {
    fc.assert(
      fc.property(anyFacts, anyLimit, fc.boolean(), (facts, bodyLimit, hasCheckboxes) => {
        const body = renderBody(facts, { kind: 'gitea', bodyLimit, hasCheckboxes }, MARKER)
        expect(body.length).toBeLessThanOrEqual(bodyLimit)
        expect(renderBody(facts, { kind: 'gitea', bodyLimit, hasCheckboxes }, MARKER)).toBe(body)
        const page = readPage(body)
        expect(page.openFences).toBe(0)
        expect(page.rows.every(cells => cells === 5)).toBe(true)
        const plain = outsideFences(body)
        expect(page.html.filter(html => html.startsWith('<details>')).length).toBe(
          page.html.filter(html => html.startsWith('</details>')).length,
        )
        for (const line of plain.split('\n')) {
          expect(line.match(/<!--/g)?.length).toBe(line.match(/-->/g)?.length)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a body pings nobody, links nothing, holds no foreign HTML and begins no line with a command', () => {
    fc.assert(
      fc.property(anyFacts, facts => {
        const body = renderBody(facts, { ...GITHUB, bodyLimit: 1_000_000 }, MARKER)
        const page = readPage(body)
        for (const pattern of REACHES) expect(page.text).not.toMatch(pattern)
        const known = new Set(facts.rules.flatMap(rule => rule.references))
        expect(page.links.filter(link => !known.has(link))).toEqual([])
        for (const html of page.html) {
          expect(html.trim()).toMatch(
            /^(?:<!-- kubemend:(?:state e30 AAAA|rebase) -->|<\/?details>|<details>\n<summary><code>[^<>@]*<\/code><\/summary>)$/,
          )
        }
        expect(body.match(/<!--/g)).toHaveLength(2)
        expect(outsideFences(body)).not.toMatch(/^\s*\//m)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
        expect(body).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/)
      }),
      { numRuns: 300 },
    )
  })

  test('no manifest can ask the bot for anything through a diff', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const files = [
          { file: 'a.yaml', before: `- [x] <!-- kubemend:recreate -->\n${text}\n`, after: text, findings: [] },
        ]
        const body = renderBody(factsOf(planOf({ files })), GITHUB, MARKER)
        const { recreate, rebase } = readControls({ labels: [], title: '', body, comments: [] })
        expect({ recreate, rebase }).toEqual({ recreate: false, rebase: false })
      }),
    )
  })
})
