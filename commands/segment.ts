import { resolve } from 'node:path'
import { makePackage, type PackageWishes } from '../segmenter/package.ts'
import { FMP4_MASTER, MASTER, singleFileName } from '../segmenter/segment-kind.ts'
import { findTools } from '../segmenter/tools.ts'
import { exitCodes } from './exit-codes.ts'
import { withBar } from './terminal.ts'
import { readablePath, userFolder } from './user-files.ts'

/** `weir segment`: prints where the multivariant playlists are. */
export async function runSegment(file: string, out: string, wishes: PackageWishes): Promise<void> {
  const path = await readablePath(file)
  const tools = await findTools(process.env)
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort())
  const made = await withBar(path, (onProgress) =>
    makePackage(path, resolve(userFolder, out), {
      tools,
      signal: stop.signal,
      ...wishes,
      onProgress: ({ ratio }) => onProgress(ratio),
    }),
  ).catch((error: unknown) => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted)
    throw error
  })
  for (const warning of made.warnings) console.error(`warning: ${warning}`)
  const hasFmp4 = wishes.segments === 'fmp4' && made.variants.some(({ widthPixels }) => widthPixels > 0)
  const masters = [MASTER, ...(hasFmp4 ? [FMP4_MASTER] : [])]
  const all = [...masters, ...(wishes.singleFiles === true ? masters.map(singleFileName) : [])]
  for (const name of all) console.log(resolve(userFolder, out, name))
}
