// Stands between the bot and a server on loopback: counts bytes and connections, and changes neither.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Meter {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** bytes from the server since the last call */
  bytes(): number
  /** most connections that were open at one time since the last call */
  connections(): number
  stop(): Promise<void>
}

export async function startMeter(target: string): Promise<Meter> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  let received = 0
  let most = 0
  const server = createServer(near => {
    const far = connect(Number(port), hostname)
    open.add(near)
    most = Math.max(most, open.size)
    far.on('data', chunk => {
      received += chunk.length
    })
    near.pipe(far).pipe(near)
    const end = () => {
      open.delete(near)
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) socket.on('error', end).on('close', end)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => {
      const counted = received
      received = 0
      return counted
    },
    connections: () => {
      const counted = most
      most = open.size
      return counted
    },
    stop: async () => {
      for (const socket of open) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
