import { bindUdp } from '../udp-relay/udp-sockets.ts'

/** Takes what comes to so many sockets, as viewers do, until its parent ends it. Prints their ports. */
const sockets = await Promise.all(Array.from({ length: Number(process.argv[2]) }, () => bindUdp('127.0.0.1', 0, false)))
for (const socket of sockets) {
  socket.setRecvBufferSize(4 << 20)
  socket.on('message', () => {})
}
console.log(JSON.stringify(sockets.map((socket) => socket.address().port)))
process.once('disconnect', () => process.exit())
