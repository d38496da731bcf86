// Run as a program: opens a repository, begins to fetch it, and waits for what comes.

import { openRepository } from '../../src/io/git-remote/repository.ts'

const [url = '', listens = ''] = process.argv.slice(2)
const repository = await openRepository({ url, user: 'bot', token: 'Sekrit-token-of-a-program' })
// as a shell does that notes the first signal and ends in its own time
if (listens !== '') process.on('SIGINT', () => void repository.close().then(() => process.exit(130)))
await repository.fetchBase('main').catch(() => {})
