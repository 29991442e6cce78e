import { symlinkSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { writeIframePlaylist } from '../protocol/iframe-playlist.ts'
import { writeMediaPlaylist, writeMultivariantPlaylist } from '../protocol/playlist-writer.ts'
import { isDiskFull } from './disk-full.ts'
import { writeSingleFiles } from './single-files.ts'
import { expectSingleFile, expectWholeFile } from './test-support/single-files.ts'

const stream = {
  bandwidthBitsPerSecond: 1,
  codecs: ['avc1.64001f'],
  widthPixels: 2,
  heightPixels: 2,
  framesPerSecond: 1,
}

/** Playlists and files as a package has them; nothing looks into the segments. */
async function makePackageFolder(context: TestContext): Promise<string> {
  const folder = temporaryFolder(context)
  await mkdir(join(folder, '2p'))
  const segments = ['00000.ts', '00001.ts'].map((uri) => ({ uri, durationSeconds: 4 }))
  for (const [index, { uri }] of segments.entries()) {
    await writeFile(join(folder, '2p', uri), Buffer.alloc(1_500_000 + index, index + 1))
  }
  const list = writeMediaPlaylist({ targetDurationSeconds: 4, segments, ended: true })
  await writeFile(join(folder, '2p/index.m3u8'), list)
  const keyframes = segments.map((segment) => ({ ...segment, offsetBytes: 188, sizeBytes: 376 }))
  await writeFile(join(folder, '2p/iframes.m3u8'), writeIframePlaylist(keyframes))
  const master = writeMultivariantPlaylist([{ ...stream, uri: '2p/index.m3u8' }])
  const lines = '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="2p/iframes.m3u8"\n'
  await writeFile(join(folder, 'master.m3u8'), `${master}${lines}`)
  return folder
}

test('writeSingleFiles joins the segments of a variant, and lists them and its keyframes as ranges of one file', async (context) => {
  const folder = await makePackageFolder(context)
  await writeSingleFiles(folder)
  await expectWholeFile(folder, '2p/index.m3u8', 'single.ts', 4)
  await expectSingleFile(folder, '2p/iframes.m3u8', 'single.ts', 4)
  const master = await readFile(join(folder, 'master-single.m3u8'), 'utf8')
  expect(master.match(/2p\/[\w-]+\.m3u8/g)).toEqual(['2p/index-single.m3u8', '2p/iframes-single.m3u8'])
})

const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).sort()

test('writeSingleFiles shows nothing that is not whole: not on a full disk, nor when it is ended', async (context) => {
  const folder = await makePackageFolder(context)
  symlinkSync('/dev/full', join(folder, '2p/single.ts.tmp'))
  const before = await namesIn(folder)
  const error: unknown = await writeSingleFiles(folder).catch((reason: unknown) => reason)
  expect([isDiskFull(error), await namesIn(folder)]).toEqual([true, before])
  await expect(writeSingleFiles(folder, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled')
  expect(await namesIn(folder)).toEqual(before)
})
