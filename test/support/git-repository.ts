// A bare repository with a person at work in it, for tests: commits, amends, merges and rebases without the server.

import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Content of a file, with its mode where that is not 100644; of a submodule, the commit; undefined removes the file. */
export type Entry = string | Uint8Array | { readonly mode: string; readonly content: string } | undefined
export type Entries = Readonly<Record<string, Entry>>

export interface CommitOptions {
  /** default: `Change` with a number */
  readonly message?: string
  /** `Name <address>` */
  readonly author?: string
  /** default: where the branch stands; none for a first commit */
  readonly parents?: readonly string[]
  /** tree to begin with; default: that of the first parent */
  readonly tree?: string
}

const PERSON = 'Ann Human <ann@example.com>'

/** What a forge allows, too: pushes over HTTP, partial clones, and any object by its id. */
const SERVED = `[http]
\treceivepack = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[gc]
\tauto = 0
`

/** Surroundings in which no configuration of the machine counts. */
export const GIT_ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ann Human',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann Human',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
}

/** Refs may be given in full or as the name of a branch. */
export class BareRepository {
  readonly folder: string
  readonly url: string
  #clock = 1_700_000_000

  constructor(folder: string, url: string, files: Entries, objectFormat: 'sha1' | 'sha256' = 'sha1') {
    this.folder = folder
    this.url = url
    mkdirSync(folder, { recursive: true })
    this.git(['init', '-q', '--bare', '--initial-branch=main', `--object-format=${objectFormat}`, '.'])
    appendFileSync(path.join(folder, 'config'), SERVED)
    this.commit('main', files, { message: 'Begin', parents: [] })
  }

  /** What git answers in the repository; throws when it fails. */
  git(args: readonly string[], input: string | Uint8Array = '', folder = this.folder): string {
    const date = `${this.#clock} +0000`
    const env = { ...GIT_ENVIRONMENT, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }
    return execFileSync('git', args, { cwd: folder, env, input, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 28 })
  }

  /** Commit that a ref stands at; undefined when there is no such ref. */
  head(ref: string): string | undefined {
    return this.refs().get(fullName(ref))
  }

  refs(): ReadonlyMap<string, string> {
    const lines = this.git(['for-each-ref', '--format=%(refname) %(objectname)']).split('\n').filter(Boolean)
    return new Map(lines.map(line => line.split(' ') as [string, string]))
  }

  /** Texts of all files of a commit, of links where they lead. */
  files(revision: string): Record<string, string> {
    const entries = this.git(['ls-tree', '-r', '-z', revision]).split('\0')
    const names = entries.filter(entry => / blob /.test(entry)).map(entry => entry.slice(entry.indexOf('\t') + 1))
    return Object.fromEntries(names.map(name => [name, this.git(['cat-file', 'blob', `${revision}:${name}`])]))
  }

  /** Whether a commit can be reached from a ref. */
  reaches(ref: string, commit: string): boolean {
    return this.git(['rev-list', fullName(ref)])
      .split('\n')
      .includes(commit)
  }

  /** Puts a commit on top of a branch, or makes the branch; answers its id. */
  commit(branch: string, files: Entries, options: CommitOptions = {}): string {
    this.#clock += 60
    const ref = fullName(branch)
    const head = this.head(ref)
    const [parent, ...merged] = options.parents ?? (head === undefined ? [] : [head])
    const who = `${options.author ?? PERSON} ${this.#clock} +0000`
    const message = options.message ?? `Change ${this.#clock}`
    const parts: (string | Uint8Array)[] = [
      `reset ${ref}\n${parent === undefined ? '' : `from ${parent}\n`}\n`,
      `commit ${ref}\nmark :1\nauthor ${who}\ncommitter ${who}\n${data(message)}\n`,
      ...merged.map(id => `merge ${id}\n`),
      options.tree === undefined ? '' : `M 040000 ${options.tree} ""\n`,
      ...Object.entries(files).flatMap(([name, entry]) => change(name, entry)),
      'get-mark :1\ndone\n',
    ]
    const stream = Buffer.concat(parts.map(part => Buffer.from(part as string)))
    return this.git(['fast-import', '--quiet', '--force', '--done'], stream).trim()
  }

  /** Replaces the last commit of a branch; its message and author stay unless others are given. */
  amend(branch: string, files: Entries, options: Omit<CommitOptions, 'parents' | 'tree'> = {}): string {
    const [parents = '', tree = '', author = '', message = ''] = this.git([
      'log',
      '-1',
      '--format=%P%x00%T%x00%an <%ae>%x00%B',
      fullName(branch),
    ]).split('\0')
    return this.commit(branch, files, {
      message: message.slice(0, -1),
      author,
      ...options,
      parents: parents.split(' ').filter(Boolean),
      tree,
    })
  }

  /** Merges a branch or commit into a branch with a merge commit. */
  merge(into: string, from: string, message = `Merge ${from}`): string {
    return this.#inWorkTree(into, folder => this.git(['merge', '-q', '--no-ff', '-m', message, from], '', folder))
  }

  /** Merges a branch or commit into a branch as one commit without its history. */
  squash(into: string, from: string, message = `Squash ${from}`): string {
    return this.#inWorkTree(into, folder => {
      this.git(['merge', '-q', '--squash', from], '', folder)
      this.git(['commit', '-q', '-m', message], '', folder)
    })
  }

  /** Puts the commits of a branch on top of another. */
  rebase(branch: string, onto: string): string {
    return this.#inWorkTree(branch, folder => this.git(['rebase', '-q', onto], '', folder))
  }

  /** Moves or makes a ref, whatever it stood at. */
  move(ref: string, id: string): void {
    this.git(['update-ref', fullName(ref), id])
  }

  /** Deletes a ref. */
  remove(ref: string): void {
    this.git(['update-ref', '-d', fullName(ref)])
  }

  /** Installs a hook: a POSIX shell script without its first line. */
  hook(name: 'pre-receive' | 'update' | 'post-receive', script: string): void {
    const file = path.join(this.folder, 'hooks', name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
  }

  /** Lets no push through, with a text that the pusher gets to see. */
  reject(text: string): void {
    this.hook('pre-receive', `cat >/dev/null\nprintf '%s\\n' '${text.replaceAll("'", "'\\''")}' >&2\nexit 1`)
  }

  /** Lets no push touch a ref. */
  protect(ref: string): void {
    this.hook('update', `[ "$1" != '${fullName(ref)}' ] || { echo 'error: protected branch' >&2; exit 1; }`)
  }

  #inWorkTree(branch: string, act: (folder: string) => void): string {
    this.#clock += 60
    const folder = path.join(this.folder, 'work-tree')
    this.git(['worktree', 'add', '-q', '--detach', folder, fullName(branch)])
    try {
      act(folder)
      const id = this.git(['rev-parse', 'HEAD'], '', folder).trim()
      this.move(branch, id)
      return id
    } finally {
      rmSync(folder, { recursive: true, force: true })
      this.git(['worktree', 'prune'])
    }
  }
}

function fullName(ref: string): string {
  return ref.startsWith('refs/') ? ref : `refs/heads/${ref}`
}

function data(content: string | Uint8Array): string {
  return `data ${Buffer.byteLength(content)}\n${content}`
}

function change(name: string, entry: Entry): (string | Uint8Array)[] {
  const quoted = `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
  if (entry === undefined) return [`D ${quoted}\n`]
  if (typeof entry === 'string') return [`M 100644 inline ${quoted}\n${data(entry)}\n`]
  if (entry instanceof Uint8Array) return [`M 100644 inline ${quoted}\ndata ${entry.length}\n`, entry, '\n']
  if (entry.mode === '160000') return [`M 160000 ${entry.content} ${quoted}\n`]
  return [`M ${entry.mode} inline ${quoted}\n${data(entry.content)}\n`]
}
