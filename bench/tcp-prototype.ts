import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sharedFolder } from '../lab/test-support/shared-files.ts'
import type { CongestionControl } from '../link/profile.ts'
import { cpuMicroseconds } from './cpu-time.ts'
import { BULK_SECONDS } from './model-cost.ts'

/** What we use of the study's prototype of the model (`reference/kernel-tcp/tcp_model.mjs` among the shared files). */
type Sim = { t: number; run(untilMs: number): void; at(ms: number, act: () => void): void }
type Link = { send(bytes: number, deliver: () => void): void }
type Tcp = { write(bytes: number): void; onData: (bytes: number) => void }
type LinkOptions = { rate: number; delay: number; qbytes: number; loss?: () => boolean }
type Model = {
  readonly Sim: new () => Sim
  readonly Link: new (sim: Sim, options: LinkOptions) => Link
  readonly Tcp: new (sim: Sim, link: Link, options: { cc: string; handshakeRtt: number }) => Tcp
  readonly bulk: (options: { rate: number; delay: number; loss: number; cc: string; secs: number }) => { segs: number }
  readonly iid: (lossRatio: number, random: () => number) => () => boolean
  readonly rng: (seed: number) => () => number
}

/** The prototype's figures, taken the same way as ours. */
export type Prototype = {
  tcpMicroseconds(congestionControl: CongestionControl): number
  rtpMicroseconds(): number
  comparisonSpeed(segmentsBytes: readonly number[], packets: readonly SentPacket[], seconds: number): number
}

export type SentPacket = { readonly sizeBytes: number; readonly sendMs: number }

/** undefined where the shared files are not beside the repository. */
export async function loadPrototype(): Promise<Prototype | undefined> {
  const file = join(sharedFolder, 'reference/kernel-tcp/tcp_model.mjs')
  if (!existsSync(file)) return undefined
  const model = (await import(pathToFileURL(file).href)) as Model
  return {
    tcpMicroseconds: (cc) => tcpMicroseconds(model, cc),
    rtpMicroseconds: () => rtpMicroseconds(model),
    comparisonSpeed: (segmentsBytes, packets, seconds) =>
      (seconds * 1e6) / // µs a second
      cpuMicroseconds(() => {
        playSegments(model, segmentsBytes)
        sendPackets(model, packets, 8_000_000, 0.005)
      }),
  }
}

function tcpMicroseconds({ bulk }: Model, cc: CongestionControl): number {
  let segments = 0
  const cpu = cpuMicroseconds(() => {
    segments = bulk({ rate: 5_000_000, delay: 20, loss: 0, cc, secs: BULK_SECONDS }).segs
  })
  return cpu / segments
}

function rtpMicroseconds(model: Model): number {
  const packets = Array.from({ length: BULK_SECONDS * 500 }, (_, index) => ({ sizeBytes: 1128, sendMs: 2 * index }))
  return cpuMicroseconds(() => sendPackets(model, packets, 5_000_000, 0)) / packets.length
}

function sendPackets({ Sim, Link, iid, rng }: Model, packets: readonly SentPacket[], rate: number, loss: number): void {
  const sim = new Sim()
  const link = new Link(sim, { rate, delay: 20, qbytes: rate / 40, loss: iid(loss, rng(7)) }) // 200 ms of bytes
  for (const { sizeBytes, sendMs } of packets) {
    sim.run(sendMs)
    link.send(sizeBytes, () => {})
  }
  sim.run(Number.MAX_VALUE)
}

/** One segment after the other on one connection, a round trip between the end of one and the start of the next. */
function playSegments({ Sim, Link, Tcp, iid, rng }: Model, segmentsBytes: readonly number[]): void {
  const sim = new Sim()
  const link = new Link(sim, { rate: 8_000_000, delay: 20, qbytes: 200_000, loss: iid(0.005, rng(7)) })
  const tcp = new Tcp(sim, link, { cc: 'cubic', handshakeRtt: 40 })
  let next = 0
  let left = 0
  const ask = (): void => {
    left = segmentsBytes[next] ?? 0
    next += 1
    if (left > 0) tcp.write(left)
  }
  tcp.onData = (bytes) => {
    left -= bytes
    if (left === 0) sim.at(sim.t + 40, ask)
  }
  ask()
  sim.run(Number.MAX_VALUE)
}
