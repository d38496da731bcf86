// The runbook: the steps that are left to a person, as a page to follow.

import { expect, test } from 'vitest'
import { toRunbook } from '../src/report/runbook.ts'

const step = (text: string, commands: readonly string[] = []) => ({ text, commands, findings: [] })

test('steps are numbered in their order, and commands stand in blocks to be pasted', () => {
  const runbook = [step('stop the writers'), step('delete the Deployment', ['kubectl delete deployment kafka'])]
  expect(toRunbook({ runbook })).toBe(`# Runbook

1. stop the writers

2. delete the Deployment

   \`\`\`sh
   kubectl delete deployment kafka
   \`\`\`
`)
})

test('nothing in a step becomes markup, a mention or the end of its block', () => {
  const page = toRunbook({ runbook: [step('ask @team about <b>', ['echo "```"\u001b[2J'])] })
  expect(page).not.toMatch(/(?<!\\)@team|<b>/)
  expect(page).not.toContain('\u001b')
  expect(page.match(/^ {3}````(?:sh)?$/gm)).toHaveLength(2)
})

test('a run that leaves nothing says so', () => {
  expect(toRunbook({ runbook: [] })).toBe('# Runbook\n\nNothing is left to do.\n')
})
