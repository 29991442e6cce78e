import { readFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import type { SideQuality } from '../protocol/weir-api.ts'
import type { RunMeasures } from '../stream/run-measures.ts'
import type { SideMeasures } from '../stream/side-measures.ts'
import type { DisplayedQuality } from './displayed-quality.ts'
import { parseJson } from './json-text.ts'

/** `quality.json` of a run. `version` is that of Weir, whose next one may measure differently. */
export async function keepQuality(path: string, version: string, quality: DisplayedQuality): Promise<void> {
  await writeFileAtomic(path, JSON.stringify({ version, ...quality }, undefined, 2) + '\n')
}

/** undefined where there is none of this version. */
export async function keptQuality(path: string, version: string): Promise<DisplayedQuality | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const kept = parseJson(text) as (DisplayedQuality & { readonly version: string }) | undefined // we wrote it
  if (kept?.version !== version) return undefined
  const { version: _, ...quality } = kept
  return quality
}

/** The measures of a run with what was measured after it. */
export function withQuality(measures: RunMeasures, quality: DisplayedQuality | undefined): RunMeasures {
  if (quality === undefined) return measures
  return {
    ...measures,
    hls: { ...measures.hls, ...asMeasures(quality.hls) },
    udp: { ...measures.udp, ...asMeasures(quality.udp) },
  }
}

function asMeasures(side: SideQuality | undefined): SideMeasures {
  if (side === undefined) return {}
  const { ssim: displayedSsim, ssimDb } = side
  return { displayedSsim, ...(ssimDb === undefined ? {} : { displayedSsimDb: ssimDb }) }
}
