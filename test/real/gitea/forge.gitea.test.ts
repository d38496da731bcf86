// The stories of a forge on a real Gitea.

import { describe, inject, test } from 'vitest'
import { describeForge } from '../../support/forge/scenario.ts'
import { openGitea } from './stage.ts'

const server = inject('gitea')

if (server === null) describe.skip('Gitea', () => test('runs', () => {}))
else describeForge(`Gitea ${server.version}`, () => openGitea(server))
