// One Gitea for all its tests of a run: given, found or built, started before them, stopped after them.

import type { TestProject } from 'vitest/node'
import { findGitea } from './build.ts'
import { startGitea, versionOf } from './server.ts'

export interface ProvidedGitea {
  readonly url: string
  /** of an administrator, with all scopes */
  readonly token: string
  readonly version: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** null where no server can be had: the tests that need it are skipped */
    gitea: ProvidedGitea | null
  }
}

/** `KUBEMEND_TEST_GITEA_URL` and `KUBEMEND_TEST_GITEA_TOKEN` name a server that runs already. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { KUBEMEND_TEST_GITEA_URL: given, KUBEMEND_TEST_GITEA_TOKEN: token } = process.env
  if (given) {
    const url = given.replace(/\/+$/, '')
    const version = await versionOf(url)
    if (version === undefined) throw new Error('no Gitea answers at KUBEMEND_TEST_GITEA_URL')
    if (!token) throw new Error("KUBEMEND_TEST_GITEA_TOKEN is missing: an administrator's, with the scope all")
    tell(`Gitea ${version} at KUBEMEND_TEST_GITEA_URL`)
    project.provide('gitea', { url, token, version })
    return async () => {}
  }
  const found = await findGitea(tell)
  if (!found.ok) {
    tell(`skipped: no Gitea to test against (${found.reason})`)
    project.provide('gitea', null)
    return async () => {}
  }
  const server = await startGitea(found.program)
  tell(`Gitea ${server.version} runs, ${found.program.origin}`)
  project.provide('gitea', { url: server.url, token: server.token, version: server.version })
  return () => server.stop()
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
