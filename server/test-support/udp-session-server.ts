import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { SegmentCache } from '../../udp-relay/segment-cache.ts'
import { SharedSendTimer } from '../../udp-relay/send-timer.ts'
import { makePackageClip, presentationOf } from '../../udp-relay/test-support/package-clip.ts'
import { createApp } from '../app.ts'
import { Gate } from '../gate.ts'
import { Links } from '../links.ts'
import { problemOf, refusalFor, Refusal } from '../refusal.ts'
import { linkRoutes } from '../routes/links.ts'
import { udpSessionRoutes, udpSessionUpgrade } from '../routes/udp-sessions.ts'
import { whepRoutes } from '../routes/whep.ts'
import { UdpSessions } from '../udp-sessions.ts'

/** Links and UDP sessions of one clip behind real sockets, in a process of its own: the data channels' addon keeps a
 *  process alive. Prints its port; lives until it is killed. */
const presentations = new Map([
  ['clip', presentationOf(makePackageClip())],
  ['plain', presentationOf(makePackageClip({ bFrames: 0 }), { packageKey: 'plain' })], // for WebRTC
])
const source = {
  async open(id: string, variant = '240p') {
    const presentation = presentations.get(id)
    return presentation && ['240p', 'twin'].includes(variant) ? { ...presentation, variant } : undefined
  },
}
const logger = pino({ level: 'silent' })
const links = new Links({ defaultProfile: { seed: 1, downlink: {} } })
const sessions = new UdpSessions({
  source,
  segments: new SegmentCache({ maxBytes: 1e8 }),
  timer: new SharedSendTimer(),
  links,
  logger,
})
const gate = new Gate({ host: '127.0.0.1', publicUrl: undefined, token: undefined })
const server = createServer(
  createApp({ gate, routes: [linkRoutes(links), udpSessionRoutes(sessions), whepRoutes(sessions)], logger }),
)
const upgrade = udpSessionUpgrade(sessions)
server.on('upgrade', (request, socket, head) => {
  try {
    upgrade(request, socket, head, '')
  } catch (error) {
    const { status, code } = problemOf(refusalFor(error) ?? new Refusal('internal', 'see the log'))
    socket.end(`HTTP/1.1 ${status} ${code}\r\nConnection: close\r\n\r\n`)
  }
})
server.listen(0, '127.0.0.1', () => console.log(String((server.address() as AddressInfo).port)))
