import { isIdrStart } from '../protocol/h264.ts'
import { isFirstSlice } from '../protocol/h265-slice.ts'
import { isIrap, isRasl } from '../protocol/h265.ts'
import { nalSyntaxes, type NalSyntax } from '../protocol/nal-syntax.ts'
import { runChild } from './child-run.ts'
import type { InspectOptions } from './inspect.ts'
import { NalReader } from './nal-reader.ts'
import type { SourceFacts } from './source-facts.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'

/** A picture at which a decoder may begin: of H.264 an IDR picture, of HEVC an IRAP picture. */
export type Keyframe = {
  readonly parameterSets: readonly Uint8Array[] // right before it: of HEVC the VPS, then SPS and PPS
  readonly isOpen: boolean // pictures after it lean on what comes before it: of HEVC RASL pictures
}

export type CopiedCodec = 'h264' | 'hevc' // as ffprobe calls them

type Survey = {
  readonly syntax: NalSyntax
  readonly keptTypes: string // of filter_units: what tells of keyframes, and no more
  readonly isStart: (nal: Uint8Array) => boolean // the first slice of a keyframe
  readonly opens: (nal: Uint8Array) => boolean
}

const surveys: Readonly<Record<CopiedCodec, Survey>> = {
  h264: { syntax: nalSyntaxes.h264, keptTypes: '5|7-8', isStart: isIdrStart, opens: () => false },
  hevc: {
    syntax: nalSyntaxes.h265,
    keptTypes: '8-9|16-21|32-34',
    isStart: (nal) => isIrap([nal]) && isFirstSlice(nal),
    opens: (nal) => isRasl([nal]),
  },
}

const MAX_NAL_BYTES = 32 * 2 ** 20
const MAX_PARAMETER_SETS = 8 // in front of one keyframe: with more than one of a kind it is refused

/** The keyframes of a source in decode order: reads all of it and decodes nothing. Rejects where ffmpeg cannot, or a NAL
 *  unit is beyond all measure. */
export async function surveyKeyframes(
  path: string,
  facts: SourceFacts,
  codec: CopiedCodec,
  options: InspectOptions,
): Promise<readonly Keyframe[]> {
  const survey = surveys[codec]
  const keyframes = new KeyframeReader(survey)
  const reader = new NalReader(MAX_NAL_BYTES, (nal) => keyframes.take(nal))
  await runChild(options.tools.ffmpeg.path, keyframeArguments(path, facts, codec, survey), {
    ...(options.signal && { signal: options.signal }),
    onStdoutBytes: (bytes) => reader.push(bytes),
  })
  reader.end()
  if (reader.hasOverflowed) throw new RangeError(`a NAL unit of more than ${MAX_NAL_BYTES} bytes`)
  return keyframes.found
}

/** As the package will have them, without all that is not asked for here. */
function keyframeArguments(path: string, { video }: SourceFacts, codec: CopiedCodec, { keptTypes }: Survey): string[] {
  const filters = `${codec}_mp4toannexb,filter_units=pass_types=${keptTypes}`
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', ...safeInputOptions, '-i', sourceUrl(path)],
    ...['-map', `0:${video.streamIndex}`, '-c', 'copy', '-bsf:v', filters, '-f', codec, 'pipe:1'],
  ]
}

/** Folds the NAL units of keyframes, RASL pictures and parameter sets. */
class KeyframeReader {
  readonly #survey: Survey
  readonly found: Keyframe[] = []
  #parameterSets: Uint8Array[] = []

  constructor(survey: Survey) {
    this.#survey = survey
  }

  take(nal: Uint8Array): void {
    const { syntax, isStart, opens } = this.#survey
    if (syntax.parameterSetTypes.includes(syntax.nalType(nal))) {
      if (this.#parameterSets.length < MAX_PARAMETER_SETS) this.#parameterSets.push(nal.slice())
    } else if (isStart(nal)) {
      this.found.push({ parameterSets: this.#parameterSets.map(withoutTrailingZeros), isOpen: false })
      this.#parameterSets = []
    } else if (opens(nal)) this.#markOpen()
  }

  #markOpen(): void {
    const last = this.found.pop()
    if (last !== undefined) this.found.push({ ...last, isOpen: true })
  }
}

function withoutTrailingZeros(nal: Uint8Array): Uint8Array {
  return nal.subarray(0, nal.findLastIndex((byte) => byte !== 0) + 1)
}
