import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { sharedFile, sharedFolder } from '../lab/test-support/shared-files.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { makePackage } from './package.ts'
import { countPictures, decodingComplaints, playlistOf } from './test-support/clips.ts'
import { findTools } from './tools.ts'

for (const file of [...filesOf('media/audio'), ...filesOf('media/codec')]) {
  test(`makePackage packages ${file}`, async (context) => {
    needs(context, 'ffmpeg')
    needs(context, 'ffprobe')
    const tools = await findTools(process.env)
    const out = join(temporaryFolder(context), 'out')
    const { variants, durationSeconds } = await makePackage(sharedFile(context, file), out, { tools })
    const playlists = await Promise.all(variants.map(({ name }) => readFile(playlistOf(out, name), 'utf8')))
    expect(new Set(playlists).size).toBe(1)
    const last = variants.at(-1)
    const playlist = playlistOf(out, last?.name ?? '')
    expect(await decodingComplaints(tools, playlist)).toBe('')
    if (last?.framesPerSecond === undefined) return
    expect(await countPictures(tools, playlist)).toBe(Math.round(durationSeconds * last.framesPerSecond))
  })
}

/** The files of one of the shared folders; none where it is not there. */
function filesOf(folder: string): string[] {
  const path = join(sharedFolder, folder)
  return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : []
}
