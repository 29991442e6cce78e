import { z } from 'zod'
import { FULL_PACKET_BYTES } from './link-packet.ts'
import { constantRateSchema, generatorSchema, traceSchema } from './rate-schema.ts'
import { kindsOf, numberFrom, objectOf, oneOf } from './schema-words.ts'

const ratioSchema = numberFrom(0, 1)

const lossSchema = kindsOf(
  objectOf({ kind: oneOf('random'), lossRatio: ratioSchema }),
  objectOf({ kind: oneOf('gilbert-elliott'), lossRatio: ratioSchema, meanBurstPackets: numberFrom(1, 10_000) }),
  objectOf({ kind: oneOf('bad-moments'), lossRatio: ratioSchema, meanBurstMs: numberFrom(1, 600_000) }),
).check(
  z.superRefine((loss, context) => {
    if (loss.kind !== 'gilbert-elliott') return
    const { lossRatio, meanBurstPackets } = loss
    // From the good state p = m / ((1 - m) b) leads into the bad one; a probability ends at 1.
    const most = meanBurstPackets / (1 + meanBurstPackets)
    if (lossRatio <= most) return
    const message = `must be at most ${most} with bursts of ${meanBurstPackets} packets and one packet between`
    context.addIssue({ code: 'custom', message, path: ['lossRatio'] })
  }),
)

/** One direction of a line. What contradicts itself is told beside what is malformed. */
export const directionSchema = objectOf({
  rateBitsPerSecond: constantRateSchema.exactOptional().describe('absent: unlimited'),
  trace: traceSchema
    .exactOptional()
    .describe(
      'a rate over time, in place of the rate: [kbit/s, seconds] …, or milliseconds at which 1500 bytes may leave',
    ),
  generator: generatorSchema.exactOptional().describe('a rate over time that is made, in place of the rate'),
  queueMs: numberFrom(1, 10_000)
    .exactOptional()
    .describe('of the drop-tail queue, at the rate of the moment; absent: 200'),
  queueBytes: numberFrom(FULL_PACKET_BYTES, 1_000_000_000).exactOptional().describe('in place of queueMs'),
  oneWayDelayMs: numberFrom(0, 10_000).exactOptional().describe('absent: 0'),
  jitterMs: numberFrom(0, 10_000)
    .exactOptional()
    .describe('uniform from 0 to this, added to the delay; never reorders'),
  reorderRatio: ratioSchema.exactOptional().describe('of packets that take a longer way, of 10 ms more'),
  duplicateRatio: ratioSchema.exactOptional().describe('of packets that come twice'),
  loss: lossSchema
    .exactOptional()
    .describe('random: each packet alone; gilbert-elliott: bursts of packets; bad-moments: all packets of bad moments'),
}).superRefine(
  (direction, context) => {
    for (const { path, message } of contradictions(direction)) context.addIssue({ code: 'custom', path, message })
  },
  { when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value) },
)

type Direction = { readonly [key: string]: unknown }

function* contradictions(direction: Direction): Generator<{ path: string[]; message: string }> {
  for (const exclusive of [
    ['rateBitsPerSecond', 'trace', 'generator'],
    ['queueMs', 'queueBytes'],
  ]) {
    const [first, ...others] = exclusive.filter((key) => key in direction)
    for (const other of others) yield { path: [other], message: `cannot stand beside ${first}` }
  }
  const { rateBitsPerSecond, loss } = direction
  const meanBurstMs = (loss as { readonly meanBurstMs?: unknown } | undefined)?.meanBurstMs
  if (typeof rateBitsPerSecond !== 'number' || typeof meanBurstMs !== 'number') return
  const fullPacketMs = (FULL_PACKET_BYTES * 8000) / rateBitsPerSecond // 8 bit, 1000 ms
  if (meanBurstMs < fullPacketMs) {
    const message = `must be at least ${fullPacketMs}, the time of a full packet at ${rateBitsPerSecond} bit/s`
    yield { path: ['loss', 'meanBurstMs'], message }
  }
}
