import type { Outline } from '../protocol/outline.ts'
import { TRACK_VIDEO, type PlannedPacket } from './send-schedule.ts'

/** A video that is sent again and again. Each loop lasts exactly as long as its pictures, so they follow one another evenly. */
export type SendLoop = {
  readonly durationTicks: number // 90 kHz
  readonly earliestSoundTicks: number // of the first unit of a loop, after its first picture; negative
}

/** Of an outline that has ended. */
export function sendLoop({ segments, audio }: Outline): SendLoop {
  const last = segments.at(-1)
  const durationSeconds = last === undefined ? 0 : last.startSeconds + last.durationSeconds
  const unitTicks = audio === undefined ? 0 : (audio.samplesPerFrame * 90_000) / audio.sampleRateHz
  return { durationTicks: Math.round(durationSeconds * 90_000), earliestSoundTicks: -unitTicks / 2 }
}

/** The packets of a segment that belong to the loop. Sound seldom lasts as long as its pictures, and may begin before them:
 *  of the units that would meet at the border those are sent that begin within their own loop, give or take half a unit. So no
 *  moment is told twice, and a hole is shorter than a unit. */
export function packetsOfLoop<Packet extends PlannedPacket>(
  packets: readonly Packet[],
  { durationTicks, earliestSoundTicks }: SendLoop,
): readonly Packet[] {
  const endTicks = durationTicks + earliestSoundTicks
  return packets.filter(
    ({ trackIndex, ptsTicks }) => trackIndex === TRACK_VIDEO || (ptsTicks >= earliestSoundTicks && ptsTicks < endTicks),
  )
}
