import { readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { sharedFile, sharedFolder } from '../lab/test-support/shared-files.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { makePackage } from './package.ts'
import { countPictures, decodingComplaints, playlistOf } from './test-support/clips.ts'
import { findTools } from './tools.ts'

/** Files that cannot be shown, each with the code that says so. */
const refused: Readonly<Record<string, string>> = {}

for (const file of filesOf('media')) {
  const code = refused[file]
  test(`makePackage ${code === undefined ? 'packages' : `refuses as ${code}`} ${file}`, async (context) => {
    needs(context, 'ffmpeg')
    needs(context, 'ffprobe')
    const tools = await findTools(process.env)
    const out = join(temporaryFolder(context), 'out')
    const made = makePackage(sharedFile(context, file), out, { tools })
    if (code !== undefined) return void (await expect(made).rejects.toMatchObject({ code }))
    const { variants, durationSeconds } = await made
    const playlists = await Promise.all(variants.map(({ name }) => readFile(playlistOf(out, name), 'utf8')))
    expect(new Set(playlists).size).toBe(1)
    const last = variants.at(-1)
    const playlist = playlistOf(out, last?.name ?? '')
    expect(await decodingComplaints(tools, playlist)).toBe('')
    if (last?.framesPerSecond === undefined) return
    expect(await countPictures(tools, playlist)).toBe(Math.round(durationSeconds * last.framesPerSecond))
  })
}

/** All files below a folder of the shared ones that are media; none where the folder is not there. */
function filesOf(folder: string): string[] {
  const path = join(sharedFolder, folder)
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return []
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => /\/[^/]+\.[^/]+$/.test(name) && !name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
}
