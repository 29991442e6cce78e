import { videoCodecOf } from '../protocol/nal-syntax.ts'
import type { VariantSummary } from '../protocol/weir-api.ts'
import type { SideName } from './settings.ts'

export type DecodableVariants = Readonly<Record<SideName, readonly VariantSummary[]>>

/** The variants of H.264, which every browser decodes; what to begin with until the browser has been asked for others. */
export function variantsForAll(variants: readonly VariantSummary[]): DecodableVariants {
  const forAll = variants.filter(({ codecs }) => isForAll(codecs))
  return { hls: forAll, udp: forAll }
}

/** What each side can offer: HLS decodes by Media Source Extensions, UDP by WebCodecs. */
export async function decodableVariants(variants: readonly VariantSummary[]): Promise<DecodableVariants> {
  const byWebCodecs = await Promise.all(variants.map(({ codecs }) => isDecodedByWebCodecs(firstOf(codecs))))
  return {
    hls: variants.filter(({ codecs }) => isForAll(codecs) || isDecodedByMediaSource(codecs)),
    udp: variants.filter((_, index) => byWebCodecs[index]),
  }
}

/** Pictures of this codec, as RFC 6381 names it. Of H.264 nobody is asked. */
export async function isDecodedByWebCodecs(codec: string): Promise<boolean> {
  if (isForAll(codec)) return true
  if (typeof VideoDecoder === 'undefined') return false
  const answer = await VideoDecoder.isConfigSupported({ codec }).catch(() => undefined) // rejects what it cannot read
  return answer?.supported === true
}

function isDecodedByMediaSource(codecs: string): boolean {
  return typeof MediaSource !== 'undefined' && MediaSource.isTypeSupported(`video/mp4; codecs="${codecs}"`)
}

function isForAll(codecs: string): boolean {
  return videoCodecOf(codecs) === 'h264'
}

function firstOf(codecs: string): string {
  return codecs.split(',')[0] ?? ''
}
