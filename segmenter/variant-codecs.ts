import { aacCodecString, encodeAudioSpecificConfig } from '../protocol/aac.ts'
import { h264CodecString, readSps } from '../protocol/h264-sps.ts'
import { h265CodecString } from '../protocol/h265-profile.ts'
import { readH265Sps } from '../protocol/h265-sps.ts'
import type { TsSegment } from '../protocol/mpeg-ts-demuxer.ts'
import { nalSyntaxes } from '../protocol/nal-syntax.ts'
import type { Outline } from '../protocol/outline.ts'
import { valueOf, type Rational } from './rational.ts'

type Codecs = { readonly video: NonNullable<Outline['video']>; readonly audio?: NonNullable<Outline['audio']> }

/** What decoders must be told of a variant, out of its first segment. Throws for an SPS that cannot be read: our own
 *  encoder wrote it, or it has been read before. */
export function codecsOf(ts: TsSegment, frameRate: Rational): Codecs {
  const { nalType, parameterSetTypes } = nalSyntaxes[ts.videoCodec ?? 'h264']
  const nals = ts.video[0]?.nals ?? []
  const sets = parameterSetTypes.map((type) => nals.find((nal) => nalType(nal) === type) ?? new Uint8Array())
  const [pps = new Uint8Array(), sps = new Uint8Array(), vps] = sets.toReversed()
  return {
    video: {
      ...(ts.videoCodec === 'h265' ? h265Facts(sps) : h264Facts(sps)),
      framesPerSecond: valueOf(frameRate),
      ...(vps === undefined ? {} : { vpsBase64: Buffer.from(vps).toString('base64') }),
      spsBase64: Buffer.from(sps).toString('base64'),
      ppsBase64: Buffer.from(pps).toString('base64'),
    },
    ...audioCodec(ts),
  }
}

type Pictured = Pick<Codecs['video'], 'codec' | 'widthPixels' | 'heightPixels'>

function h264Facts(sps: Uint8Array): Pictured {
  const facts = readSps(sps)
  if (!facts.ok) throw new Error(`the encoder's SPS cannot be read: ${JSON.stringify(facts.fault)}`)
  const { widthPixels, heightPixels } = facts.value
  return { codec: h264CodecString(facts.value), widthPixels, heightPixels }
}

function h265Facts(sps: Uint8Array): Pictured {
  const facts = readH265Sps(sps)
  if (!facts.ok) throw new Error(`the source's SPS cannot be read: ${JSON.stringify(facts.fault)}`)
  const { profile, widthPixels, heightPixels } = facts.value
  return { codec: h265CodecString(profile), widthPixels, heightPixels }
}

/** Out of the first frame's header; nothing where there is no sound. */
export function audioCodec({ adts }: Pick<TsSegment, 'adts'>): Pick<Codecs, 'audio'> {
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
