import { z } from 'zod'
import { directionSchema } from './direction-schema.ts'
import { listOf, numberFrom, objectOf, oneOf, wholeNumberFrom } from './schema-words.ts'

const flagSchema = z.boolean('must be true or false')
const patchSchema = z.record(z.string(), z.unknown(), 'must be an object')

/** Every key optional, unknown ones refused; only seed and downlink are filled in. */
export const profileSchema = objectOf({
  name: textFrom(1, 60).exactOptional(),
  seed: wholeNumberFrom(0, 0xffff_ffff).default(1),
  sharing: oneOf('separate', 'shared').exactOptional().describe('whether HLS and UDP have a copy of the line each'),
  applyTo: oneOf('page', 'everyone').exactOptional(),
  downlink: directionSchema.default({}).describe('from the server to the viewer'),
  uplink: directionSchema.exactOptional().describe('from the viewer to the server, with the same keys'),
  udpBlocked: flagSchema.exactOptional().describe('a firewall that lets no UDP through'),
  rtspBlocked: flagSchema
    .exactOptional()
    .describe('a firewall that lets no RTSP connection through, nor RTP in it: with `udpBlocked`, HTTP alone'),
  tcp: objectOf({
    congestionControl: oneOf('cubic', 'reno', 'bbr').exactOptional().describe('of the modelled sender; absent: cubic'),
    tlsRoundTrips: oneOf(0, 1, 2).exactOptional().describe('of each new connection; absent: 0'),
  }).exactOptional(),
  changes: listOf(
    objectOf({
      atSeconds: numberFrom(0, 86_400).describe('of link time'),
      set: objectOf({
        downlink: patchSchema.exactOptional(),
        uplink: patchSchema.exactOptional(),
        udpBlocked: flagSchema.exactOptional(),
        rtspBlocked: flagSchema.exactOptional(),
      }).describe('what becomes of the profile then, a merge patch (RFC 7396)'),
    }),
    0,
    1000,
  ).exactOptional(),
})

function textFrom(least: number, most: number) {
  const expected = `must be a text of ${least} to ${most} characters`
  return z.string(expected).min(least, expected).max(most, expected)
}
