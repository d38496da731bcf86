// What a ZooKeeper member says of itself.

import { connect } from 'node:net'

/** `leader`, `follower` or `standalone`; undefined where it serves nobody, as a member without a quorum. */
export function modeOf(address: string, port = 2181): Promise<string | undefined> {
  return new Promise(resolve => {
    const socket = connect({ host: address, port, timeout: 2_000 })
    let text = ''
    socket.setEncoding('utf8')
    socket.once('connect', () => socket.write('srvr'))
    socket.on('data', data => {
      text += data
    })
    const answer = () => {
      socket.destroy()
      resolve(/^Mode: (\w+)/m.exec(text)?.[1])
    }
    for (const event of ['close', 'error', 'timeout']) socket.once(event, answer)
  })
}
