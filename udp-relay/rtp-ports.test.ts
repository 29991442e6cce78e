import { setImmediate } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { encodeRtp } from '../protocol/rtp.ts'
import { RtpPorts, type TrackWay } from './rtp-ports.ts'
import { UdpReceiver } from './test-support/rtsp-client.ts'

async function openPorts(context: TestContext): Promise<RtpPorts> {
  const ports = await RtpPorts.open('127.0.0.1', 0)
  context.onTestFinished(() => ports.close())
  return ports
}

async function openWay(
  context: TestContext,
  ports: RtpPorts,
  receiver: UdpReceiver,
  rtcp: Uint8Array[],
): Promise<TrackWay> {
  const ends = {
    localAddress: '127.0.0.1',
    address: '127.0.0.1',
    rtpPort: receiver.rtpPort,
    rtcpPort: receiver.rtpPort + 1,
  }
  const way = await ports.openTrack(ends, {
    onRtcp: (datagram) => void rtcp.push(datagram),
    onRtp: () => {},
    onRefused: () => {},
  })
  context.onTestFinished(() => way.close())
  return way
}

const packet = (sequenceNumber: number): Uint8Array =>
  encodeRtp({ marker: false, payloadType: 96, sequenceNumber, timestampTicks: 0, ssrc: 1, payload: Uint8Array.of(1) })

test('RtpPorts serves many viewers from one port, each with its own packets', async (context) => {
  const ports = await openPorts(context)
  const viewers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const receiver = await UdpReceiver.open()
      return { receiver, way: await openWay(context, ports, receiver, []) }
    }),
  )
  viewers.forEach(({ way }, index) => [index, index + 100].forEach((number) => way.sendRtp(packet(number), 0)))
  await Promise.all(viewers.map(({ receiver }) => receiver.until(() => receiver.rtp.length === 2)))
  expect(viewers.map(({ receiver }) => receiver.rtp.map(({ sequenceNumber }) => sequenceNumber))).toEqual(
    viewers.map((_, index) => [index, index + 100]),
  )
})

test('RtpPorts hands RTCP to the viewer whose it is, and a stranger’s to nobody', async (context) => {
  const ports = await openPorts(context)
  const [one, other, stranger] = [await UdpReceiver.open(), await UdpReceiver.open(), await UdpReceiver.open()]
  const got: Uint8Array[][] = [[], []]
  await openWay(context, ports, one, got[0] ?? [])
  await openWay(context, ports, other, got[1] ?? [])
  stranger.sendRtcp(Uint8Array.of(9), ports.rtcpPort)
  one.sendRtcp(Uint8Array.of(1), ports.rtcpPort)
  other.sendRtcp(Uint8Array.of(2), ports.rtcpPort)
  while ((got[1]?.length ?? 0) === 0) await setImmediate()
  expect(got.map((datagrams) => datagrams.map((datagram) => [...datagram]))).toEqual([[[1]], [[2]]])
})

/** A handle that is being closed is gone after a turn. */
async function openSockets(): Promise<number> {
  await setImmediate()
  await setImmediate()
  return process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length
}

test('RtpPorts keeps no socket open for a viewer to whom there is no way', async (context) => {
  const ports = await openPorts(context)
  if (!ports.sendsConnected) return context.skip('there are no connected sockets on one port here')
  const before = await openSockets()
  const ends = { localAddress: '127.0.0.1', address: '255.255.255.255', rtpPort: 5000, rtcpPort: 5001 }
  const listener = { onRtcp: () => {}, onRtp: () => {}, onRefused: () => {} }
  await expect(ports.openTrack(ends, listener)).rejects.toMatchObject({ syscall: 'connect' })
  expect(await openSockets()).toBe(before)
})

test('RtpPorts sends over connected sockets on this system', async (context) => {
  if (process.platform !== 'linux') return context.skip('connected sockets on one port are known to work on Linux')
  expect((await openPorts(context)).sendsConnected).toBe(true)
})
