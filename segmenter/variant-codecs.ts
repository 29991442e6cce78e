import { aacCodecString, encodeAudioSpecificConfig } from '../protocol/aac.ts'
import { h264CodecString, readSps } from '../protocol/h264-sps.ts'
import { nalType, nalTypes } from '../protocol/h264.ts'
import type { TsSegment } from '../protocol/mpeg-ts-demuxer.ts'
import type { Outline } from '../protocol/outline.ts'
import { valueOf, type Rational } from './rational.ts'

type Codecs = { readonly video: NonNullable<Outline['video']>; readonly audio?: NonNullable<Outline['audio']> }

/** What decoders must be told of a variant, out of its first segment. Throws for an SPS that cannot be read: our own
 *  encoder wrote it. */
export function codecsOf(ts: TsSegment, frameRate: Rational): Codecs {
  const nals = ts.video[0]?.nals ?? []
  const sps = nals.find((nal) => nalType(nal) === nalTypes.sps) ?? new Uint8Array()
  const pps = nals.find((nal) => nalType(nal) === nalTypes.pps) ?? new Uint8Array()
  const facts = readSps(sps)
  if (!facts.ok) throw new Error(`the encoder's SPS cannot be read: ${JSON.stringify(facts.fault)}`)
  return {
    video: {
      codec: h264CodecString(facts.value),
      widthPixels: facts.value.widthPixels,
      heightPixels: facts.value.heightPixels,
      framesPerSecond: valueOf(frameRate),
      spsBase64: Buffer.from(sps).toString('base64'),
      ppsBase64: Buffer.from(pps).toString('base64'),
    },
    ...audioCodec(ts),
  }
}

function audioCodec({ adts }: TsSegment): Pick<Codecs, 'audio'> {
  if (adts === undefined) return {}
  const { objectType, sampleRateHz, channelCount, samplesPerFrame } = adts
  const config = encodeAudioSpecificConfig({ objectType, sampleRateHz, channelCount, samplesPerFrame })
  const audioSpecificConfigHex = Buffer.from(config).toString('hex')
  return {
    audio: {
      codec: aacCodecString({ objectType }),
      sampleRateHz,
      channelCount,
      samplesPerFrame,
      audioSpecificConfigHex,
    },
  }
}
