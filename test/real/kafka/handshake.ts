// Dials TLS listeners the way clients of several libraries do, each with host name checks on.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { connect as connectPlain } from 'node:net'
import { connect } from 'node:tls'

const OPENSSL = 'openssl'

export interface Dialled {
  readonly address: string
  readonly port: number
  /** what the client believes to talk to */
  readonly host: string
  /** file with the authority's certificate */
  readonly authority: string
  /** file with the client's own key and certificate, for servers that want one */
  readonly identity?: string
}

/** undefined when Node.js accepts the server, else why not. */
export async function dialWithNode({ address, port, host, authority }: Dialled): Promise<string | undefined> {
  const ca = await readFile(authority)
  return new Promise(resolve => {
    const socket = connect({ host: address, port, servername: host, ca, timeout: 5_000 })
    const answer = (fault: string | undefined) => {
      socket.destroy()
      resolve(fault)
    }
    socket.once('secureConnect', () => answer(undefined))
    socket.once('error', (error: NodeJS.ErrnoException) => answer(error.code ?? error.message))
    socket.once('timeout', () => answer('no answer'))
  })
}

/** undefined when OpenSSL, and so librdkafka, accepts the server, else why not. */
export function dialWithOpenSsl({ address, port, host, authority, identity }: Dialled): Promise<string | undefined> {
  const own = identity === undefined ? [] : ['-cert', identity, '-key', identity]
  const trust = ['-CAfile', authority, '-verify_hostname', host, '-verify_return_error', ...own]
  return new Promise(resolve => {
    const args = ['s_client', '-connect', `${address}:${port}`, '-servername', host, ...trust]
    const child = execFile(OPENSSL, args, { timeout: 10_000 }, (error, stdout, stderr) => {
      const isVerified = error === null && /Verify return code: 0 \(ok\)/.test(stdout)
      resolve(isVerified ? undefined : (/verify error:num=\d+:(.*)/.exec(stderr)?.[1] ?? 'no handshake'))
    })
    child.stdin?.end()
  })
}

/** A client that does not encrypt asks for the versions that the server speaks: what comes back, in bytes. */
export function askInPlainText(address: string, port: number): Promise<Buffer> {
  const apiVersionsRequest = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])
  return new Promise(resolve => {
    const socket = connectPlain({ host: address, port, timeout: 5_000 })
    const received: Buffer[] = []
    const answer = () => {
      socket.destroy()
      resolve(Buffer.concat(received))
    }
    socket.once('connect', () => socket.write(apiVersionsRequest))
    socket.on('data', data => {
      received.push(data)
      answer()
    })
    for (const event of ['error', 'close', 'timeout']) socket.once(event, answer)
  })
}

/** Whether an answer in plain text is Kafka's: it repeats the number of the request. */
export function isAnswerOfKafka(bytes: Buffer): boolean {
  return bytes.length >= 8 && bytes.readInt32BE(4) === 1
}
