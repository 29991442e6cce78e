import { stringify } from 'yaml'

/** What `weir lab sweep` takes in place of a scenario file. Absent: as the comments below say. */
export type SweepFlags = {
  readonly loss?: readonly number[] // lossRatio of the downlink
  readonly rate?: readonly number[] // bit/s of the downlink
  readonly delay?: readonly number[] // one way, ms
  readonly burst?: readonly number[] // mean length of bad moments, ms
  readonly jitterBuffer?: readonly number[] // ms
  readonly segment?: readonly number[] // s
  readonly preset?: readonly string[] // absent: one plain line
  readonly side?: readonly SweepSide[] // absent: hls and udp
  readonly bitrate?: readonly number[] // bit/s of each variant of the modelled video; absent: one of 5 Mbit/s
  readonly seeds?: number // how many; absent: 5
  readonly for?: number // s; absent: 60
}

/** The ways to watch that have a name on the command line; a scenario file can say more of each. */
const SIDES = {
  hls: { kind: 'hls', abr: 'fixed' },
  'hls-throughput': { kind: 'hls', abr: 'throughput' },
  'hls-bola': { kind: 'hls', abr: 'bola' },
  'hls-js': { kind: 'hls', abr: 'hls.js' },
  'll-hls': { kind: 'll-hls' },
  udp: { kind: 'udp', repair: 'off' },
  'udp-rtx': { kind: 'udp', repair: 'rtx' },
  'udp-fec': { kind: 'udp', repair: 'fec' },
  'rtp-over-tcp': { kind: 'rtp-over-tcp' },
} as const

export type SweepSide = keyof typeof SIDES
export const sweepSides = Object.keys(SIDES) as readonly SweepSide[]

const PLAIN_LINE = {
  name: 'line',
  downlink: { rateBitsPerSecond: 10_000_000, queueMs: 200, oneWayDelayMs: 20 },
  uplink: { oneWayDelayMs: 20 },
}
const FIVE_MEGABITS = 5_000_000
const HEIGHT_PIXELS = 720
const FRAMES_PER_SECOND = 30

/** What a flag is called in the scenario that is made of it, to name it in problems. */
const FLAG_OF: Readonly<Record<string, string>> = {
  'grid.lossRatio': '--loss',
  'grid.rateBitsPerSecond': '--rate',
  'grid.oneWayDelayMs': '--delay',
  'grid.meanBurstMs': '--burst',
  'grid.jitterBufferMs': '--jitter-buffer',
  'grid.segmentSeconds': '--segment',
  networks: '--preset',
  sides: '--side',
  'source.variants': '--bitrate',
  seeds: '--seeds',
  durationSeconds: '--for',
}

/** A scenario file that says what the flags say: to be checked as any other, kept beside the results, and gone on with. */
export function sweepScenario(flags: SweepFlags): string {
  const { loss, rate, delay, burst, jitterBuffer, segment, preset, seeds = 5, for: durationSeconds = 60 } = flags
  const { side = ['hls', 'udp'], bitrate = [FIVE_MEGABITS] } = flags
  const grid = {
    rateBitsPerSecond: rate,
    lossRatio: loss,
    oneWayDelayMs: delay,
    meanBurstMs: burst,
    jitterBufferMs: jitterBuffer,
    segmentSeconds: segment,
  }
  return stringify({
    name: 'sweep',
    durationSeconds,
    source: { kind: 'model', variants: bitrate.map(variantOf) },
    sides: Object.fromEntries(side.map((name) => [name, SIDES[name]])),
    networks: preset ?? [PLAIN_LINE],
    grid: Object.fromEntries(Object.entries(grid).filter(([, values]) => values !== undefined)),
    seeds: { from: 1, count: seeds },
  })
}

/** A problem of that scenario, told by the flag it comes from, without the line of a file that nobody wrote. */
export function flagProblem(problem: string): string {
  const told = problem.replace(/^ ?\d*: ?/, '')
  const path = Object.keys(FLAG_OF).find((known) => told.startsWith(`${known}.`) || told.startsWith(`${known} `))
  return path === undefined ? told : `${FLAG_OF[path]}${told.slice(path.length)}`
}

function variantOf(bitsPerSecond: number) {
  const name = `${bitsPerSecond / 1000}k`
  return { name, bitsPerSecond, heightPixels: HEIGHT_PIXELS, framesPerSecond: FRAMES_PER_SECOND }
}
