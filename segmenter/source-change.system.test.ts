import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { makePackage } from './package.ts'
import { countPictures, decodingComplaints, makeClip, playlistOf, type ClipOptions } from './test-support/clips.ts'
import { findTools } from './tools.ts'

const SECONDS = 3 // of each half

type Row = { readonly change: string; readonly first?: ClipOptions; readonly second: ClipOptions }
const rows: readonly Row[] = [
  { change: 'size', second: { size: '320x240' } },
  { change: 'frame rate', first: { rate: '25' }, second: { rate: '12.5' } },
  { change: 'sample rate', second: { outputOptions: ['-ar', '22050'] } },
  { change: 'number of channels', second: { outputOptions: ['-ac', '2'] } },
]

// In the long run alone: see vitest.config.ts.
for (const { change, first, second } of rows) {
  test(`a source whose ${change} changes in the middle is one stream, whole and without a discontinuity`, async (context) => {
    needs(context, 'ffmpeg')
    needs(context, 'ffprobe')
    const tools = await findTools(process.env)
    const folder = temporaryFolder(context)
    const halves: Buffer[] = []
    for (const [index, clip] of [first, second].entries()) {
      const outputOptions = [...(clip?.outputOptions ?? []), '-output_ts_offset', `${index * SECONDS}`]
      const half = await makeClip(tools, join(folder, `${index}.ts`), { seconds: SECONDS, ...clip, outputOptions })
      halves.push(await readFile(half))
    }
    const source = join(folder, 'source.ts')
    await writeFile(source, Buffer.concat(halves))
    const { variants, durationSeconds, warnings } = await makePackage(source, join(folder, 'out'), { tools })
    expect(warnings).toEqual([])
    expect(Math.abs(durationSeconds - 2 * SECONDS)).toBeLessThan(0.2) // the second half begins a frame or two late
    for (const { name, framesPerSecond = 0 } of variants) {
      const playlist = playlistOf(join(folder, 'out'), name)
      expect(await readFile(playlist, 'utf8')).not.toContain('DISCONTINUITY')
      expect(await countPictures(tools, playlist)).toBe(Math.round(durationSeconds * framesPerSecond))
      expect(await decodingComplaints(tools, playlist)).toBe('')
    }
  })
}
