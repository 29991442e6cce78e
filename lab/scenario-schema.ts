import { z } from 'zod'
import { profileSchema } from '../link/profile-schema.ts'
import { kindsOf, listOf, numberFrom, objectOf, oneOf, wholeNumberFrom } from '../link/schema-words.ts'

/** More would fill the disk before anybody reads it; live ones take their time. */
export const MOST_RUNS = { virtual: 1_000_000, live: 200 } as const
export const LONGEST_SECONDS = 3600
const MOST_AXIS_VALUES = 1000
const MOST_SIDES = 12
const HIGHEST_SEED = 0xffff_ffff

const variantNameSchema = matching(/^[\w.-]{1,60}$/, 'must be a name of 1 to 60 letters, digits or characters of ._-')
const pathSchema = textFrom(1, 1000)

const variantSchema = objectOf({
  name: variantNameSchema.describe('what sides call it'),
  bitsPerSecond: numberFrom(10_000, 200_000_000).describe('of the pictures; sound comes beside'),
  heightPixels: wholeNumberFrom(16, 8640).describe('of 16:9 pictures'),
  framesPerSecond: numberFrom(1, 120).describe('of the pictures'),
})

const sourceSchema = kindsOf(
  objectOf({
    kind: oneOf('model').describe(
      'a video made of its numbers alone, the same on every machine; not to be played live',
    ),
    seconds: numberFrom(1, LONGEST_SECONDS).exactOptional().describe('its length; absent: that of the experiment'),
    variants: listOf(variantSchema, 1, 12).describe('its encodings'),
  }),
  objectOf({
    kind: oneOf('sample').describe("Weir's own clip, made by ffmpeg, segmented once and kept"),
    seconds: wholeNumberFrom(4, 300).default(20).describe('its length'),
  }),
  objectOf({
    kind: oneOf('file').describe('a video file, segmented once and kept'),
    path: pathSchema.describe('relative to the scenario file'),
  }),
  objectOf({
    kind: oneOf('package').describe('a folder that `weir segment` made'),
    path: pathSchema.describe('relative to the scenario file'),
  }),
)

const ofSide = {
  variant: variantNameSchema.exactOptional().describe('the one to watch; absent: the best'),
  player: oneOf('weir', 'hls.js', 'ffmpeg', 'gstreamer')
    .exactOptional()
    .describe('live only: who watches; absent: our own viewer'),
}
const jitterBufferMs = numberFrom(0, 10_000)
  .exactOptional()
  .describe('how long a frame waits for what is late; absent: 200')

const sideSchema = kindsOf(
  objectOf({
    kind: oneOf('hls').describe('HLS over modelled TCP (live: over real HTTP)'),
    abr: oneOf('fixed', 'throughput', 'bola', 'hls.js').default('fixed').describe('the rule that chooses the variant'),
    ladder: listOf(variantNameSchema, 1, 12).exactOptional().describe('the variants to choose from; absent: all'),
    segmentSeconds: numberFrom(0.5, 60).exactOptional().describe('cut anew at keyframes; absent: as the package is'),
    maxBufferSeconds: numberFrom(1, 600).exactOptional().describe("how far to load ahead; absent: hls.js's own limit"),
    ...ofSide,
  }),
  objectOf({
    kind: oneOf('ll-hls').describe('low-latency HLS of a live source, in parts'),
    partMs: numberFrom(50, 2000).exactOptional().describe('absent: 200'),
    ...ofSide,
  }),
  objectOf({
    kind: oneOf('udp').describe('RTP over UDP'),
    repair: oneOf('off', 'rtx', 'fec')
      .default('off')
      .describe(
        'rtx: what is lost is asked for and sent again (RFC 4585, 4588); fec: eight packets are followed by one of parity (RFC 5109)',
      ),
    jitterBufferMs,
    ...ofSide,
  }),
  objectOf({
    kind: oneOf('rtp-over-tcp').describe('RTP interleaved in the RTSP connection (RFC 2326 10.12)'),
    jitterBufferMs,
    ...ofSide,
  }),
)

const { seed: _seed, applyTo: _applyTo, name: _name, ...ofProfile } = profileSchema.shape
const networkNameSchema = matching(/^[\w.-]{1,60}$/, 'must be a name of 1 to 60 letters, digits or characters of ._-')

/** A network in the file itself. What it says goes over what its preset or trace says, as a merge patch (RFC 7396): a
 *  `null` takes a key away. So its profile is tried only when both are together. */
export const networkSchema = objectOf({
  name: networkNameSchema.describe('what results and budgets call it'),
  preset: networkNameSchema.exactOptional().describe('a preset of `weir networks` to begin with'),
  trace: pathSchema
    .exactOptional()
    .describe('a file with a rate over time to begin with (mahimahi, sabre, [[kbit/s, s], …])'),
  ...ofProfile,
  sharing: oneOf('separate').exactOptional().describe('in the lab every side has a line of its own'),
})
export const networkKeys = Object.keys(networkSchema.shape)
export const networkHeadSchema = networkSchema.pick({ name: true, preset: true, trace: true }).loose()

function axis(least: number, most: number) {
  const value = numberFrom(least, most)
  const range = objectOf({
    from: value,
    to: value,
    steps: wholeNumberFrom(2, MOST_AXIS_VALUES).describe('how many values, both ends among them'),
    scale: oneOf('linear', 'log').default('linear'),
  })
  const expected = `must be a list of numbers from ${least} to ${most}, or {from, to, steps, scale}`
  return z.union([listOf(value, 1, MOST_AXIS_VALUES), range], expected).exactOptional()
}

const gridSchema = objectOf({
  lossRatio: axis(0, 1).describe('of the downlink; where the network has no loss it comes in bad moments'),
  rateBitsPerSecond: axis(8_000, 10_000_000_000).describe('of the downlink'),
  oneWayDelayMs: axis(0, 10_000).describe('of both directions'),
  meanBurstMs: axis(1, 600_000).describe('of bad moments'),
  jitterBufferMs: axis(0, 10_000).describe('of every side that has one'),
  segmentSeconds: axis(0.5, 60).describe('of every HLS side'),
})

const seedSchema = wholeNumberFrom(0, HIGHEST_SEED)
const seedsSchema = z.union(
  [
    listOf(seedSchema, 1, 100_000),
    objectOf({
      from: seedSchema.default(1),
      count: wholeNumberFrom(1, 100_000).describe('so many, one after the other'),
    }),
  ],
  'must be a list of whole numbers, or {from, count}',
)

/** What a scenario file holds. Its own contradictions are found by scenario-checks.ts. */
export const scenarioSchema = objectOf({
  name: matching(/^[a-z0-9][a-z0-9-]{0,59}$/, 'must be 1 to 60 small letters, digits and dashes').describe(
    'names the results, too',
  ),
  description: textFrom(1, 2000).exactOptional().describe('what is asked, for the report'),
  mode: oneOf('virtual', 'live')
    .default('virtual')
    .describe('virtual: modelled, as fast as the machine can; live: our viewers over real sockets, in real time'),
  durationSeconds: numberFrom(1, LONGEST_SECONDS).describe('how long each run is watched, from the wish to play on'),
  source: sourceSchema.describe('the video'),
  sides: z
    .record(z.string(), sideSchema, `must be a map of 1 to ${MOST_SIDES} names, each a way to watch`)
    .describe('the ways to watch it, by their names; each has a copy of the line'),
  networks: z
    .array(z.unknown(), 'must be a list of 1 to 100 networks')
    .min(1, 'must be a list of 1 to 100 networks')
    .max(100, 'must be a list of 1 to 100 networks')
    .describe('names of presets (`weir networks`), or networks of their own'),
  grid: gridSchema.default({}).describe('every combination of these values is run on every network'),
  seeds: seedsSchema.default([1]).describe('of losses, jitter and rates: everything is run once with each'),
  repetitions: wholeNumberFrom(1, 100)
    .default(1)
    .describe('how often each live run is made; in virtual time the same seed gives the same run, and once is enough'),
  budgets: listOf(textFrom(1, 300), 0, 100).default([]).describe('what must hold, else the exit code is 1'),
})

export type WrittenScenario = z.output<typeof scenarioSchema>

function textFrom(least: number, most: number) {
  const expected = `must be a text of ${least} to ${most} characters`
  return z.string(expected).min(least, expected).max(most, expected)
}

function matching(pattern: RegExp, expected: string) {
  return z.string(expected).regex(pattern, expected)
}
