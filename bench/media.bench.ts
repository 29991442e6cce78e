import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuTicks, TICKS_PER_SECOND } from '../lab/process-figures.ts'
import { trackChild } from '../lab/test-support/child-processes.ts'
import { startWeir, type WeirProcess } from '../lab/test-support/weir-process.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { Benchmark } from './benchmark.ts'
import { addClip, makeNoisyClip } from './noisy-clip.ts'

const VIEWERS = 20
const VARIANT = '480p' // of the noisy clip about 1.5 Mbit/s, as it is sent
const FRAMES_PER_SECOND = 36 // with which it has that
const LEAST_KILOBITS_PER_SECOND = 1400
const CLIP_SECONDS = 40
const SETTLE_MS = 1000
const MEASURED_MS = 6000
const MOST_MISSING_RATIO = 0.1 // of a busy machine the receivers' one process drops some: it was sent all the same
const WATCHED_SECONDS = (SETTLE_MS + MEASURED_MS) / 1000 + 1 // ms to s

/** With room for the rate: all of it is sent. */
const profile: LinkProfile = {
  seed: 7,
  downlink: { rateBitsPerSecond: 8_000_000, oneWayDelayMs: 20 },
  uplink: { rateBitsPerSecond: 2_000_000, oneWayDelayMs: 20 },
}

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-media-'))
let weir: WeirProcess
let address = ''

async function prepare(): Promise<void> {
  weir = await startWeir({ mediaFolder: folder, env: { WEIR_WEBRTC: 'true' } })
  const rates = { videoKilobitsPerSecond: 6000, framesPerSecond: FRAMES_PER_SECOND }
  const { id } = await addClip(weir.url, makeNoisyClip(folder, { seconds: CLIP_SECONDS, ...rates }))
  address = `${weir.url}/api/videos/${id}/whep?variant=${VARIANT}`
}

async function makeLink(): Promise<string> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${weir.url}/api/links`, { method: 'POST', headers, body: JSON.stringify({ profile }) })
  return ((await answer.json()) as { readonly id: string }).id
}

/** Per cent of a core that the server takes while they watch. Throws when they do not get what they watch. */
async function serverLoad(addresses: readonly string[]): Promise<number> {
  const viewers = startViewers(addresses)
  await viewers.nextLine() // all receive
  await sleep(SETTLE_MS)
  const [startTicks, startMs] = [cpuTicks(weir.pid), performance.now()]
  await sleep(MEASURED_MS)
  const [ticks, seconds] = [cpuTicks(weir.pid) - startTicks, (performance.now() - startMs) / 1000] // ms to s
  checkReceived(JSON.parse(await viewers.nextLine()) as Received[])
  return (100 * ticks) / TICKS_PER_SECOND / seconds
}

type Received = { readonly packets: number; readonly bytes: number; readonly sequenceNumbers: readonly number[] }

function startViewers(addresses: readonly string[]) {
  const script = join(import.meta.dirname, '../server/test-support/media-viewer.ts')
  const args = ['--import', import.meta.resolve('tsx'), script, JSON.stringify(addresses), String(WATCHED_SECONDS)]
  const child: ChildProcess = trackChild(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }))
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
  const ended = once(child, 'exit')
  return {
    nextLine: async (): Promise<string> => {
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`the viewers ended with ${String((await ended)[0])}`)
      return value
    },
  }
}

/** Each has what was sent, at the rate that this benchmark is of. */
function checkReceived(received: readonly Received[]): void {
  for (const { packets, bytes, sequenceNumbers } of received) {
    const span = ((sequenceNumbers.at(-1)! - sequenceNumbers[0]!) & 0xffff) + 1
    const kilobitsPerSecond = (bytes * 8) / 1000 / WATCHED_SECONDS
    if (span - packets > MOST_MISSING_RATIO * span) throw new Error(`${span - packets} of ${span} packets did not come`)
    if (kilobitsPerSecond < LEAST_KILOBITS_PER_SECOND)
      throw new Error(`a viewer got ${Math.round(kilobitsPerSecond)} kbit/s`)
  }
}

export default {
  title: `${VIEWERS} viewers of WebRTC media at 1.5 Mbit/s: the server's CPU`,
  unit: '% of a core',
  sides: {
    'without a link': () => serverLoad(Array.from({ length: VIEWERS }, () => address)),
    'each behind a link of its own': async () => {
      const links = await Promise.all(Array.from({ length: VIEWERS }, makeLink))
      return serverLoad(links.map((link) => `${address}&link=${link}`))
    },
  },
  prepare,
  finish: async () => {
    await weir.stop()
    rmSync(folder, { recursive: true, force: true })
  },
  bounds: [
    { side: 'without a link', is: 'at most', limit: 40 },
    { side: 'each behind a link of its own', is: 'at most', limit: 40 },
  ],
} satisfies Benchmark
