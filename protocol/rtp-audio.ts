import { packetiseRtpAac, planRtpAac } from './rtp-aac.ts'

/** How the sound of an outline is called that is Opus, in the words of RFC 6381. */
export const OPUS = 'opus'

/** The sizes of the RTP payloads of one audio unit: of AAC RFC 3640; of Opus the packet as it is, RFC 7587 section 4.2.
 *  Throws RangeError for what fits into none. */
export function planRtpAudio(codec: string, unitBytes: number, maxPayloadBytes: number): readonly number[] {
  if (codec !== OPUS) return planRtpAac(unitBytes, maxPayloadBytes).sizesBytes
  if (unitBytes > maxPayloadBytes) throw new RangeError(`an Opus packet of ${unitBytes} bytes, ${maxPayloadBytes} fit`)
  return [unitBytes]
}

/** The payloads, exactly as planned. */
export function packetiseRtpAudio(
  codec: string,
  unit: Uint8Array,
  unitBytes: number,
  maxPayloadBytes: number,
): readonly Uint8Array[] {
  if (codec !== OPUS) return packetiseRtpAac(unit, planRtpAac(unitBytes, maxPayloadBytes))
  if (unit.length !== unitBytes)
    throw new RangeError(`the plan is for a packet of ${unitBytes} bytes, got ${unit.length}`)
  return [unit]
}
