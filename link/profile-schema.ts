import { z } from 'zod'
import { directionSchema } from './direction-schema.ts'
import { listOf, numberFrom, objectOf, oneOf, wholeNumberFrom } from './schema-words.ts'

const flagSchema = z.boolean('must be true or false')
const patchSchema = z.record(z.string(), z.unknown(), 'must be an object')

/** Every key optional, unknown ones refused; only seed and downlink are filled in. */
export const profileSchema = objectOf({
  name: textFrom(1, 60).exactOptional(),
  seed: wholeNumberFrom(0, 0xffff_ffff).default(1),
  sharing: oneOf('separate', 'shared').exactOptional(),
  applyTo: oneOf('page', 'everyone').exactOptional(),
  downlink: directionSchema.default({}),
  uplink: directionSchema.exactOptional(),
  udpBlocked: flagSchema.exactOptional(),
  tcp: objectOf({
    congestionControl: oneOf('cubic', 'reno', 'bbr').exactOptional(),
    tlsRoundTrips: oneOf(0, 1, 2).exactOptional(),
  }).exactOptional(),
  changes: listOf(
    objectOf({
      atSeconds: numberFrom(0, 86_400),
      set: objectOf({
        downlink: patchSchema.exactOptional(),
        uplink: patchSchema.exactOptional(),
        udpBlocked: flagSchema.exactOptional(),
      }),
    }),
    0,
    1000,
  ).exactOptional(),
})

function textFrom(least: number, most: number) {
  const expected = `must be a text of ${least} to ${most} characters`
  return z.string(expected).min(least, expected).max(most, expected)
}
