import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { trackChild } from '../lab/test-support/child-processes.ts'
import type { Benchmark, Bound } from './benchmark.ts'
import { makeNoisyClip } from './noisy-clip.ts'
import {
  makeLibrary,
  startGstPeer,
  startWeirWith,
  VIDEO_KILOBITS_PER_SECOND,
  watch,
  wholeStream,
  type LoadedWeir,
  type Peer,
} from './relay-servers.ts'
import { dgramFloor, directFloor, offloadFloor, ownHeadersFloor, ownHeadersOffloadFloor } from './udp-floor.ts'

const VIEWERS = 100
const MEGABITS_PER_SECOND = 3.4 // of the library's best variant of it, as it is sent
const FRAMES_PER_SECOND = 38 // at which the library gives 720p that rate
const CLIP_SECONDS = 30
const MEASURED_SECONDS = 6
const PEER_PORT = 28_654
const PEER = 'gst-rtsp-server, shared'

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-relay-'))
let plain: LoadedWeir // each packet a system call
let fast: LoadedWeir // bursts by segmentation offload
let stream: Buffer
let drain: { readonly ports: readonly number[]; readonly child: ChildProcess }

async function prepare(): Promise<void> {
  const clip = makeNoisyClip(folder, {
    seconds: CLIP_SECONDS,
    videoKilobitsPerSecond: VIDEO_KILOBITS_PER_SECOND,
    framesPerSecond: FRAMES_PER_SECOND,
  })
  const mediaFolder = mkdtempSync(join(folder, 'media'))
  const library = { mediaFolder, path: await makeLibrary(mediaFolder, clip) }
  plain = await startWeirWith(library, { WEIR_UDP_OFFLOAD: 'false' })
  fast = await startWeirWith(library, { WEIR_UDP_OFFLOAD: 'true' })
  stream = await wholeStream(fast.variantUrl)
  drain = await startDrain()
}

async function startDrain(): Promise<typeof drain> {
  const script = join(import.meta.dirname, 'udp-drain.ts')
  const options = { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: ['--import', import.meta.resolve('tsx')] }
  const child = trackChild(fork(script, [String(VIEWERS)], options as Parameters<typeof fork>[2]))
  const [printed] = (await once(child.stdout!, 'data')) as [Buffer]
  return { child, ports: JSON.parse(printed.toString()) as number[] }
}

/** Of the server's process, a packet. Throws when a packet was lost, or the viewers did not get the rate. */
async function cpuMicroseconds(url: string, pid: number): Promise<number> {
  const load = await watch(url, VIEWERS, MEASURED_SECONDS, pid)
  if (load.lost > 0) throw new Error(`${url}: ${load.lost} packets lost`)
  const least = 0.85 * VIEWERS * MEGABITS_PER_SECOND
  if (load.megabitsPerSecond < least) throw new Error(`${url}: ${load.megabitsPerSecond} Mbit/s of ${least}`)
  await sleep(1000) // the goodbyes of a hundred
  return load.serverCpuMicrosecondsPerPacket
}

/** A new process each time: it plays its file once. */
async function peerCpuMicroseconds(peer: Peer): Promise<number> {
  try {
    return await cpuMicroseconds(peer.url, peer.pid)
  } finally {
    await peer.stop()
  }
}

const ours = {
  'weir, live': () => cpuMicroseconds(`${plain.videoUrl}?payload=mp2t&live=loop`, plain.pid),
  'weir, live, offload': () => cpuMicroseconds(`${fast.videoUrl}?payload=mp2t&live=loop`, fast.pid),
  'weir, on demand': () => cpuMicroseconds(`${plain.videoUrl}?payload=mp2t`, plain.pid),
  'weir, on demand, offload': () => cpuMicroseconds(`${fast.videoUrl}?payload=mp2t`, fast.pid),
}

/** Within 20 ms so many packets are due. */
const BURST_MS = 20
const burstPackets = Math.round(((BURST_MS / 1000) * MEGABITS_PER_SECOND * 1e6) / 8 / 1316)

const floorOptions = () => ({ ports: drain.ports, burstPackets, turnMs: BURST_MS, seconds: MEASURED_SECONDS / 2 })

/** Programs that do nothing but send ready bytes: what no server in this Node can go below. */
const leasts = {
  'floor, node:dgram': () => dgramFloor(floorOptions()),
  'floor, send(2)': () => directFloor(floorOptions()),
  'floor, send(2), own headers': () => ownHeadersFloor(floorOptions()),
  [`floor, offload of ${burstPackets}`]: () => offloadFloor(floorOptions()),
  [`floor, offload of ${burstPackets}, own headers`]: () => ownHeadersOffloadFloor(floorOptions()),
}

const limits: Readonly<Record<keyof typeof ours, number>> = {
  'weir, live': 1.2,
  'weir, live, offload': 0.35,
  'weir, on demand': 1.6,
  'weir, on demand, offload': 0.5,
}

const hasPeer = await probePeer()

/** The peer is left out, by name, where it is not installed; then nothing is compared. */
async function probePeer(): Promise<boolean> {
  const peer = await startGstPeer(folder, Buffer.alloc(188), PEER_PORT)
  await peer?.stop()
  if (peer === undefined) console.log('without gst-rtsp-server: apt-get install python3-gi gir1.2-gst-rtsp-server-1.0')
  return peer !== undefined
}

async function peerRun(): Promise<number> {
  const peer = await startGstPeer(folder, stream, PEER_PORT)
  if (peer === undefined) throw new Error('gst-rtsp-server was there a minute ago')
  return peerCpuMicroseconds(peer)
}

export default {
  title: `${VIEWERS} viewers of one RTP/MP2T stream of ${MEGABITS_PER_SECOND} Mbit/s: CPU of the server's process`,
  unit: 'µs a packet',
  sides: { ...(hasPeer ? { [PEER]: peerRun } : {}), ...ours, ...leasts },
  bounds: hasPeer
    ? Object.entries(limits).map(([side, limit]): Bound => ({ side, is: 'at most', limit, than: PEER }))
    : [],
  prepare,
  finish: async () => {
    await plain.stop()
    await fast.stop()
    drain.child.disconnect()
    rmSync(folder, { recursive: true, force: true })
  },
} satisfies Benchmark
