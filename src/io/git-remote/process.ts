// One call of git: without a shell, in a process group of its own, with limits on its time and its output.

import { spawn } from 'node:child_process'
import { RemoteError } from '../../bot/remote-error.ts'
import { endGroup, type Scratch } from './scratch.ts'

export interface GitCall {
  /** the first is the command, for messages */
  readonly args: readonly string[]
  /** options that stand before the command */
  readonly options: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly input: string | Uint8Array
  readonly timeoutMs: number
  /** limit of the output */
  readonly maxBytes: number
}

export interface GitReply {
  /** null when a signal ended it */
  readonly code: number | null
  readonly stdout: Buffer
  /** the last part of a long one */
  readonly stderr: string
}

const MAX_ERROR_BYTES = 65_536

/** Throws a `RemoteError` when git is missing, takes too long or says too much. */
export function callGit(scratch: Scratch, call: GitCall): Promise<GitReply> {
  const [command = ''] = call.args
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...call.options, ...call.args], {
      cwd: scratch.folder,
      env: call.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      windowsHide: true,
    })
    scratch.hold(child)
    let failure: RemoteError | undefined
    const end = (error: RemoteError): void => {
      failure ??= error
      endGroup(child)
    }
    const seconds = Math.ceil(call.timeoutMs / 1000)
    const late = `git ${command} took longer than ${seconds} s`
    const timer = setTimeout(() => end(new RemoteError('temporary', late)), call.timeoutMs)
    const output: Buffer[] = []
    let size = 0
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= call.maxBytes) output.push(chunk)
      else end(new RemoteError('permanent', `git ${command} answered more than ${call.maxBytes} bytes`))
    })
    let complaint = Buffer.alloc(0)
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = Buffer.concat([complaint, chunk]).subarray(-MAX_ERROR_BYTES)
    })
    child.once('error', error => {
      const isMissing = 'code' in error && error.code === 'ENOENT'
      const advice = isMissing ? { advice: 'install git 2.38 or newer' } : {}
      failure ??= new RemoteError('permanent', isMissing ? 'git cannot be found' : 'git cannot be started', advice)
      if (child.pid === undefined) finish(null)
    })
    child.once('close', finish)
    // git may end before it has read everything; how it ended tells why
    child.stdin.on('error', () => {})
    child.stdin.end(call.input)

    function finish(code: number | null): void {
      clearTimeout(timer)
      if (failure !== undefined) reject(failure)
      else resolve({ code, stdout: Buffer.concat(output), stderr: complaint.toString('utf8') })
    }
  })
}
