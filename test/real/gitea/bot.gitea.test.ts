// The story of the bot on a real Gitea.

import { describe, inject, test } from 'vitest'
import { describeBot } from '../../support/forge/bot-scenario.ts'
import { openGitea } from './stage.ts'

const server = inject('gitea')

if (server === null) describe.skip('the bot on Gitea', () => test('runs', () => {}))
else describeBot(`Gitea ${server.version}`, () => openGitea(server, { hasFiles: false }))
