// `bot doctor`: what the token and the repository's settings lack, and what the token may do without need.

import type { Diagnosis } from '../../bot/forge.ts'
import { jsonText, printable } from '../../report/escape.ts'
import { EXIT } from '../exit-code.ts'
import type { Tooling } from '../tooling.ts'
import { type Connect, connector } from './connect.ts'
import { onEach } from './each.ts'
import type { BotFlags } from './options.ts'

/** Exit code 5 when something is missing. */
export async function botDoctor(
  tooling: Tooling,
  flags: BotFlags,
  connect: Connect = connector(tooling.host, flags),
): Promise<number> {
  const { host } = tooling
  const found: { readonly url: string; readonly diagnoses: readonly Diagnosis[] }[] = []
  const code = await onEach(host, flags, connect, async connection => {
    const diagnoses = [await readsOverGit(connection), ...(await connection.forge.diagnose())]
    found.push({ url: connection.url, diagnoses })
    if (flags.format === 'text') host.stdout.write(toText(connection.url, diagnoses))
    return diagnoses.some(({ state }) => state === 'missing') ? EXIT.refused : EXIT.ok
  })
  if (flags.format === 'json') host.stdout.write(jsonText({ schemaVersion: 1, repositories: found }))
  return code
}

async function readsOverGit({ repository }: ReturnType<Connect>): Promise<Diagnosis> {
  const name = 'git over HTTPS'
  const heads = await (await repository()).refs(['refs/heads/'])
  if (heads.size > 0) return { name, state: 'ok', text: 'the repository can be read' }
  const advice = 'push a first commit'
  return { name, state: 'missing', text: 'the repository has no branch yet', advice }
}

const SIGNS: Readonly<Record<Diagnosis['state'], string>> = {
  ok: 'ok',
  missing: 'MISSING',
  excess: 'excess',
  unknown: 'unknown',
}

function toText(url: string, diagnoses: readonly Diagnosis[]): string {
  const lines = diagnoses.flatMap(({ name, state, text, advice }) => [
    `  ${SIGNS[state].padEnd(8)}${name}: ${text}`,
    ...(advice === undefined ? [] : [`          ${advice}`]),
  ])
  return `${[url, ...lines].map(printable).join('\n')}\n`
}
