import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import writeFileAtomic from 'write-file-atomic'
import type { Tools } from '../segmenter/tools.ts'
import { makeSampleClip } from '../segmenter/sample-clip.ts'
import type { Intake } from './intake.ts'
import type { Library } from './library.ts'
import { newVideoId } from './media-folder.ts'

export type SampleParts = {
  readonly library: Library
  readonly intake: Intake
  readonly tools: Promise<Tools>
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** Adds the sample clip to a library that is new: it has no video, and none has ever been offered. Who removes the clip
 *  does not get it again. */
export async function addSampleOnce({ library, intake, tools, logger, signal }: SampleParts): Promise<void> {
  const marker = join(library.folder.root, '.sample-added')
  const isMarked = await stat(marker).catch(() => undefined)
  if (isMarked !== undefined || library.all().length > 0) return
  const id = newVideoId()
  const path = library.folder.passing(id, 'part')
  logger.info({ video: id }, 'making the sample clip')
  await makeSampleClip(path, { tools: await tools, signal })
  await intake.accept({ id, path, title: 'Weir sample clip', fileName: 'sample.mp4' })
  await writeFileAtomic(marker, 'Weir has added its sample clip here once.\n')
}
