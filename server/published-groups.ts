import { decodeAudioSpecificConfig, type AacConfig } from '../protocol/aac.ts'
import type { TsUnit } from '../protocol/mpeg-ts-stream.ts'
import type { OutlineSegment } from '../protocol/outline.ts'
import type { LiveSegments, SegmentUnits } from '../stream/live-segments.ts'

type DatedUnit = { readonly unit: TsUnit; readonly unixMs: number }

/** A picture group that somebody published, as the units that an encoder would have given, in order of their time. Times of the
 *  publisher's clock are civil ones. */
export function unitsOfGroup(
  { frames, audio }: OutlineSegment,
  { video, audio: sounds }: SegmentUnits,
  { originTicks, outline }: LiveSegments,
): DatedUnit[] {
  const pictures = frames.map(({ ptsTicks, dtsTicks }, index): DatedUnit & { readonly atTicks: number } => {
    const nals = video[index]?.nals ?? []
    const unixMs = (originTicks + ptsTicks) / 90 // 90 ticks a ms
    return { unit: { kind: 'picture', ptsTicks, dtsTicks, nals }, unixMs, atTicks: dtsTicks }
  })
  const { samplesPerFrame = 1024, sampleRateHz = 48_000 } = outline.audio ?? {}
  const heard = sounds.map(({ data }, index): DatedUnit & { readonly atTicks: number } => {
    const ptsTicks = (audio?.firstPtsTicks ?? 0) + Math.round((index * samplesPerFrame * 90_000) / sampleRateHz)
    return { unit: { kind: 'sound', ptsTicks, data }, unixMs: (originTicks + ptsTicks) / 90, atTicks: ptsTicks }
  })
  return [...pictures, ...heard].sort((a, b) => a.atTicks - b.atTicks).map(({ unit, unixMs }) => ({ unit, unixMs }))
}

/** What is known of its sound; `false`: it has none. */
export function soundOf({ outline }: LiveSegments): AacConfig | false {
  if (outline.audio === undefined) return false
  const config = decodeAudioSpecificConfig(Uint8Array.from(Buffer.from(outline.audio.audioSpecificConfigHex, 'hex')))
  return config.ok ? config.value : false
}
