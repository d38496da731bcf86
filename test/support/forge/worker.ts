// A person, or the bot, with a clone of their own: what they push goes over HTTP, like anybody's.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { GIT_ENVIRONMENT } from '../git-repository.ts'

export interface PushOptions {
  /** branch or commit that the new commit stands on; default: where the branch stands, else `main` */
  readonly from?: string
  /** where the branch has to stand on the server; `absent`: not at all; default: anywhere, and no history is lost */
  readonly lease?: string
}

/** Rejections carry what git said. */
export class GitWorker {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'kubemend-worker-'))
  readonly #url: string
  readonly #name: string

  /** `url`: of the repository, with the credentials */
  constructor(url: string, name: string) {
    this.#url = url
    this.#name = name
  }

  async git(...args: readonly string[]): Promise<string> {
    return (await this.#read(...args)).trim()
  }

  async #read(...args: readonly string[]): Promise<string> {
    const env = {
      ...GIT_ENVIRONMENT,
      GIT_TERMINAL_PROMPT: '0',
      ...{ GIT_AUTHOR_NAME: this.#name, GIT_COMMITTER_NAME: this.#name },
    }
    const { stdout } = await promisify(execFile)('git', args, { cwd: this.folder, env })
    return stdout
  }

  /** The first commit of an empty repository, on `main`. */
  async begin(files: Readonly<Record<string, string>>): Promise<string> {
    await this.git('init', '-q', '-b', 'main', '.')
    await this.#commit(files, 'Begin')
    await this.git('push', '-q', this.#url, 'main')
    return this.git('rev-parse', 'HEAD')
  }

  /** Commits on a branch and pushes it; answers the commit's id. */
  async push(branch: string, files: Readonly<Record<string, string>>, options: PushOptions = {}): Promise<string> {
    const heads = await this.branches()
    const start = heads.get(options.from ?? branch) ?? options.from ?? heads.get('main') ?? 'HEAD'
    await this.git('checkout', '-q', '--detach', start)
    await this.#commit(files, `Change ${branch}`)
    const id = await this.git('rev-parse', 'HEAD')
    await this.move(branch, id, options.lease)
    return id
  }

  /** Moves a branch of the server, or deletes it when there is no `id`. */
  async move(branch: string, id: string | undefined, lease?: string): Promise<void> {
    const ref = `refs/heads/${branch}`
    const expected = lease === undefined ? [] : [`--force-with-lease=${ref}:${lease === 'absent' ? '' : lease}`]
    await this.git('push', '-q', ...expected, this.#url, `${id ?? ''}:${ref}`)
  }

  async head(branch: string): Promise<string | undefined> {
    return (await this.branches()).get(branch)
  }

  /** Text of a file on a branch of the server. */
  async show(branch: string, file: string): Promise<string> {
    return this.#read('show', `${await this.head(branch)}:${file}`)
  }

  stop(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Branches of the server, whose commits are here then. */
  async branches(): Promise<ReadonlyMap<string, string>> {
    await this.git('init', '-q', '-b', 'main', '.')
    await this.git('fetch', '-q', '--prune', this.#url, '+refs/heads/*:refs/remotes/server/*')
    const lines = await this.git('for-each-ref', '--format=%(refname:lstrip=3) %(objectname)', 'refs/remotes/server')
    return new Map(
      lines
        .split('\n')
        .filter(line => line !== '')
        .map(line => line.split(' ') as [string, string]),
    )
  }

  async #commit(files: Readonly<Record<string, string>>, message: string): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.folder, name)
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, text)
    }
    await this.git('add', '-A')
    await this.git('commit', '-q', '-m', message)
  }
}
