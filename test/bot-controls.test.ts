// What users ask of the bot: the same words in labels, titles, boxes and comments, and nothing that only looks like them.

import { describe, expect, test } from 'vitest'
import { type ControlSource, controlBox, plainTitle, readControls } from '../src/bot/controls.ts'
import { bodyOf } from './support/bot-facts.ts'

const NOTHING = { rebase: false, recreate: false, pause: false, split: false, ignore: [] }

function asked(source: Partial<ControlSource>) {
  return readControls({ labels: [], title: 'fix(k8s): run two replicas', body: bodyOf(), comments: [], ...source })
}

/** Comments of people who may push, in their order. */
function said(...bodies: string[]) {
  return { comments: bodies.map((body, index) => ({ id: index + 1, body, mayWrite: true })) }
}

describe('nothing is asked', () => {
  test.each<[string, Partial<ControlSource>]>([
    ['by a plain pull request', {}],
    [
      'by other labels',
      { labels: ['rebase', 'kubemend', 'kubemend:', 'kubemend:everything', 'kubemend:rebase-later'] },
    ],
    ['by a conventional title', { title: 'fix!: rebase!: run two replicas' }],
    ['by a title without a space', { title: 'rebase!:run two replicas' }],
    ['by a box that is not ticked', { body: `${bodyOf()}\n${controlBox('rebase')} rebase\n` }],
    ['by a ticked box of something else', { body: `${bodyOf()}\n- [x] rebase\n- [x] <!-- other:rebase --> x\n` }],
    ['by a box in a diff', { body: `${bodyOf()}\n\`\`\`diff\n- [x] <!-- kubemend:recreate -->\n\`\`\`\n` }],
    [
      'by a box in a diff that holds shorter fences',
      { body: '````\n```\n- [x] <!-- kubemend:recreate -->\n```\n````' },
    ],
    ['by a box in a fence that never ends', { body: '~~~\n```\n- [x] <!-- kubemend:recreate -->' }],
    ['by a sentence', said('please kubemend rebase', 'kubemend rebase please', 'kubemend, rebase')],
    ['by a quote', said('> kubemend rebase\n\nNo!')],
    ['by code', said('```\nkubemend rebase\n```', '    kubemend rebase', '`kubemend rebase`', '\tkubemend rebase')],
    ['by a list', said('- kubemend rebase')],
    ['by an unknown word', said('kubemend merge', 'kubemend')],
    ['by an ignore without a rule', said('kubemend ignore')],
    ['by an ignore of something that is no rule', said('kubemend ignore @everyone', 'kubemend ignore a b')],
    ['by two words in one line', said('kubemend rebase kubemend pause')],
    ["by the bot's own comment", said('<!-- kubemend:notice foreign -->\nTo take it back:\n\nkubemend recreate\n')],
  ])('%s', (_, source) => {
    expect(asked(source)).toMatchObject(NOTHING)
    expect(asked(source).considered).toBe(0)
  })

  test('by somebody who may not push', () => {
    const comments = ['rebase', 'recreate', 'pause', 'ignore replicas', 'split'].map((word, index) => {
      return { id: index + 1, body: `kubemend ${word}`, mayWrite: false }
    })
    expect(asked({ comments })).toMatchObject({ ...NOTHING, considered: 0 })
  })
})

describe.each(['rebase', 'recreate', 'pause', 'split'] as const)('%s is asked', word => {
  test.each<[string, Partial<ControlSource>]>([
    ['by a label', { labels: ['other', `kubemend:${word}`] }],
    ['by a label in another case', { labels: [`Kubemend:${word.toUpperCase()}`] }],
    ['by the start of the title', { title: `${word}!: fix(k8s): run two replicas` }],
    ['by a ticked box', { body: `${bodyOf()}\n- [x] <!-- kubemend:${word} --> text\n` }],
    ['by a ticked box after line ends of another kind', { body: `Text.\r\n- [X] <!-- kubemend:${word} --> x\r\n` }],
    ['by a ticked box below a diff', { body: `\`\`\`\`diff\n+\`\`\`\n\`\`\`\`\n* [x] <!-- kubemend:${word} -->` }],
    ['by a comment', said(`kubemend ${word}`)],
    ['by a line of a comment', said(`Thanks.\r\n\r\n  Kubemend  ${word}  \r\n> kubemend pause`)],
    ['by a comment below code', said(`~~~sh\nx\n~~~\nkubemend ${word}`)],
  ])('%s', (_, source) => {
    expect(asked(source)).toMatchObject({ ...NOTHING, [word]: true })
  })
})

describe('comments', () => {
  const past = (facts: Parameters<typeof bodyOf>[0]) => ({ body: bodyOf(facts) })

  test('are asked once: what the marker knows is done', () => {
    const comments = said('kubemend rebase', 'kubemend recreate')
    expect(asked({ ...comments, ...past({ considered: 1 }) })).toMatchObject({ rebase: false, recreate: true })
    expect(asked({ ...comments, ...past({ considered: 2 }) })).toMatchObject({ ...NOTHING, considered: 2 })
  })

  test('count up to the last command; talk after it changes nothing', () => {
    expect(asked(said('kubemend rebase', 'Thanks!')).considered).toBe(1)
    expect(asked({ ...said('Hello', 'Thanks!'), ...past({ considered: 1 }) }).considered).toBe(1)
  })

  test('leave in force what the marker remembers, also when they are gone', () => {
    const ignore = ['replicas']
    const lasting = { isPaused: true, isSplit: true, ignore }
    expect(asked(past({ ...lasting, considered: 9 }))).toMatchObject({ pause: true, split: true, ignore, lasting })
  })

  test('are replayed from the start when the marker is lost', () => {
    const all = said('kubemend pause', 'kubemend ignore resources', 'kubemend resume', 'kubemend ignore replicas')
    expect(asked({ ...all, body: '' })).toMatchObject({
      pause: false,
      ignore: ['replicas', 'resources'],
      considered: 4,
    })
  })

  test('of earlier pull requests leave what they ignored, and are not asked again', () => {
    const remembered = { ignore: ['ingress'], considered: 7 }
    const lost = { body: '', remembered, comments: [{ id: 7, body: 'kubemend recreate', mayWrite: true }] }
    expect(asked(lost)).toMatchObject({ recreate: false, ignore: ['ingress'], considered: 7 })
    expect(asked({ ...lost, body: bodyOf() })).toMatchObject({ recreate: true, ignore: [] })
  })

  test('pause until one resumes', () => {
    const body = bodyOf({ isPaused: true, considered: 1 })
    expect(asked({ body, ...said('kubemend pause', 'kubemend resume') })).toMatchObject({ pause: false, considered: 2 })
    expect(asked(said('kubemend resume', 'kubemend pause'))).toMatchObject({ pause: true })
  })

  test('ignore rules and findings until one resumes them', () => {
    const ignored = asked(said('kubemend ignore Replicas\nkubemend ignore 0123456789ab', 'kubemend ignore ingress'))
    expect(ignored.ignore).toEqual(['0123456789ab', 'ingress', 'replicas'])
    const body = bodyOf({ ignore: ignored.ignore, considered: 2 })
    const resumed = asked({ body, ...said('', '', 'kubemend resume replicas\nkubemend resume unheard-of') })
    expect(resumed).toMatchObject({ ignore: ['0123456789ab', 'ingress'], pause: false, considered: 3 })
  })

  test('resume nothing that a label pauses', () => {
    const labels = ['kubemend:pause']
    expect(asked({ labels, ...said('kubemend resume') })).toMatchObject({ pause: true, lasting: { isPaused: false } })
  })
})

describe('what is done once', () => {
  test('does not include a split: what is closed for it stays split', () => {
    expect(asked({ labels: ['kubemend:split'] })).toMatchObject({ split: true, lasting: { isSplit: true } })
  })

  test('is told apart from what lasts', () => {
    const labels = ['kubemend:rebase', 'kubemend:pause', 'bug', 'Kubemend:Recreate']
    const body = `- [x] <!-- kubemend:rebase -->`
    const spent = { labels: ['kubemend:rebase', 'Kubemend:Recreate'], title: true, box: true }
    expect(asked({ labels, body, title: 'rebase!: fix' }).spent).toEqual(spent)
    const lasting = { labels: ['kubemend:split'], title: 'pause!: fix', body: '- [x] <!-- kubemend:pause -->' }
    expect(asked(lasting).spent).toEqual({ labels: [], title: false, box: false })
  })

  test.each([
    ['rebase!: fix(k8s): run', 'fix(k8s): run'],
    ['Recreate!:  fix', 'fix'],
    ['pause!: fix', 'pause!: fix'],
    ['fix!: run', 'fix!: run'],
    ['run', 'run'],
  ])('leaves of the title %j no more than %j', (title, plain) => {
    expect(plainTitle(title)).toBe(plain)
  })
})
