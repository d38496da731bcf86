// One server for all real tests of a run: found or built, started before them, stopped after them. The suites below
// kafka/ bring servers of their own, and with KUBEMEND_REAL=full they run what takes minutes as well.

import type { TestProject } from 'vitest/node'
import { startServer } from './apiserver.ts'
import { findBinaries } from './build.ts'
import type { Address } from './client.ts'

export interface ProvidedServer {
  readonly address: Address
  readonly version: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** null where no server can be had: the tests that need it are skipped */
    apiserver: ProvidedServer | null
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const found = await findBinaries(tell)
  if (!found.ok) {
    tell(`skipped: no kube-apiserver to test against (${found.reason})`)
    project.provide('apiserver', null)
    return async () => {}
  }
  const server = await startServer(found.binaries)
  tell(`kube-apiserver ${server.version} and etcd run, ${found.binaries.origin}`)
  project.provide('apiserver', { address: server.address, version: server.version })
  return () => server.stop()
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
