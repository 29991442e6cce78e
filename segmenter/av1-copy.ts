import { decodeAv1Config } from '../protocol/av1.ts'
import { runChild } from './child-run.ts'
import { cutsAtKeyframes, spacingProblem } from './copy-cuts.ts'
import type { Surveyed } from './copy-survey.ts'
import type { EncodePlan, KeptAv1 } from './encode.ts'
import { QUIETLY, type InspectOptions } from './inspect.ts'
import { gridOf, withAv1 } from './package-plan.ts'
import type { SourceFacts } from './source-facts.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'
import { readSourcePictures } from './source-pictures.ts'

/** The plan with the source's own AV1 beside the variants that are encoded, which are then cut where it can be, or why it
 *  cannot be kept. Reads all of the source; nothing is decoded. */
export async function planAv1Copy({ plan, facts }: Surveyed, options: InspectOptions): Promise<EncodePlan | string> {
  if (facts.video.shownOtherwise !== undefined) return facts.video.shownOtherwise
  const told = await readHead(plan.sourcePath, facts, options)
  if (typeof told === 'string') return told
  const pictures = await readSourcePictures(plan.sourcePath, facts, options)
  const grid = gridOf(plan, facts)
  const cuts = spacingProblem(pictures, grid) ?? cutsAtKeyframes(pictures, grid)
  if (typeof cuts === 'string') return cuts
  const name = `${Math.min(told.widthPixels, told.heightPixels)}p-av1`
  return withAv1(plan, { name, ...told, isKeyframe: pictures.isKeyframe }, cuts.cutSeconds)
}

type Head = Pick<KeptAv1, 'widthPixels' | 'heightPixels' | 'configuration'>

type Report = {
  readonly streams: readonly { readonly width?: number; readonly height?: number; readonly extradata?: string }[]
}

async function readHead(
  path: string,
  { video }: SourceFacts,
  { tools, signal }: InspectOptions,
): Promise<Head | string> {
  const fields = ['-select_streams', `${video.streamIndex}`, '-show_entries', 'stream=width,height,extradata']
  const args = [...QUIETLY, ...safeInputOptions, ...fields, '-show_data', '-of', 'json', '-i', sourceUrl(path)]
  const report = await runChild(tools.ffprobe.path, args, { ...(signal && { signal }) })
  const [stream] = (JSON.parse(report) as Report).streams
  const { width = 0, height = 0, extradata = '' } = stream ?? {}
  const configuration = bytesOfDump(extradata)
  const config = decodeAv1Config(configuration)
  if (!config.ok) return 'its container does not say how it is coded'
  const { bits, isMonochrome, isHalvedAcross, isHalvedDown } = config.value
  const isUsual = bits <= 10 && !isMonochrome && isHalvedAcross && isHalvedDown
  return isUsual
    ? { widthPixels: width, heightPixels: height, configuration }
    : 'its pictures are not 4:2:0 of 8 or 10 bits'
}

/** Lines such as `00000000: 8108 0c00 0a0b  ........`. */
export function bytesOfDump(text: string): Uint8Array {
  const found = text.matchAll(/^[0-9a-f]{8}:((?: [0-9a-f]{2,4})+)/gm)
  const hex = Array.from(found, ([, digits = '']) => digits.replaceAll(' ', '')).join('')
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}
