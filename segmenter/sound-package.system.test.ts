import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { matrix } from '../lab/test-support/long-run.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { readOutline } from '../protocol/outline.ts'
import { runChild } from './child-run.ts'
import { makePackage, type PackageFacts } from './package.ts'
import { decodingComplaints, playlistOf } from './test-support/clips.ts'
import { clicksOf } from './test-support/flash-clip.ts'
import { expectWholeFile } from './test-support/single-files.ts'
import { toolsFor } from './test-support/tools-for.ts'

const CLICKS = "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.06)'"

for (const { name, input, options } of matrix<{
  readonly name: string
  readonly input?: readonly string[]
  readonly options?: readonly string[]
}>([
  { name: 'a.m4a' },
  { name: 'a.mp3' },
  { name: 'a.flac' },
  { name: 'a.ogg' },
  { name: 'a.wav', input: ['-f', 'lavfi', '-i', `${CLICKS}:s=8000:d=9`] },
  { name: 'a.mka', options: ['-output_ts_offset', '50'] },
  { name: 'a.aac' },
])) {
  test(`makePackage makes ${name}${options ? ' of a late clock' : ''} a package of sound alone`, async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const source = join(folder, name)
    const clicks = input ?? ['-f', 'lavfi', '-i', `${CLICKS}:s=44100:d=9`]
    await runChild(tools.ffmpeg.path, ['-nostdin', '-v', 'error', ...clicks, ...(options ?? []), source])
    const out = join(folder, 'out')
    const playable: PackageFacts[] = []
    const made = await makePackage(source, out, {
      tools,
      singleFiles: true,
      onPlayable: (facts) => playable.push(facts),
    })
    expect(made.warnings).toEqual(['It has no pictures: the sound is played alone.'])
    expect(Math.abs(made.durationSeconds - 9)).toBeLessThan(0.1)
    expect(made.variants).toMatchObject([{ name: 'audio', widthPixels: 0, heightPixels: 0, codecs: 'mp4a.40.2' }])
    expect(playable).toHaveLength(1)
    expect((await readdir(out)).toSorted()).toEqual(['audio', 'master-single.m3u8', 'master.m3u8'])
    await expectWholeFile(out, 'audio/index.m3u8', 'single.aac', 4)
    const master = await readFile(join(out, 'master.m3u8'), 'utf8')
    expect(master).toMatch(/BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="mp4a.40.2"\naudio\/index\.m3u8\n$/)
    const playlist = playlistOf(out, 'audio')
    expectOutlined(await readFile(join(out, 'audio', 'outline.json'), 'utf8'), await readFile(playlist, 'utf8'))
    expect(await decodingComplaints(tools, playlist)).toBe('')
    const found = await clicksOf(tools, playlist)
    const first = found[0] ?? 0
    expect(found.map((at) => at - first)).toEqual([...Array(9).keys()].map((at) => expect.closeTo(at, 2) as number))
  })
}

/** All units follow one another from 0 on, and each segment lasts as long as the playlist says. */
function expectOutlined(text: string, playlist: string): void {
  const read = readOutline(text)
  expect(read).toMatchObject({ ok: true, value: { variant: 'audio', ended: true, audio: { codec: 'mp4a.40.2' } } })
  if (!read.ok) return
  const { segments, audio, video } = read.value
  expect(video).toBeUndefined()
  const unitTicks = ((audio?.samplesPerFrame ?? 0) * 90_000) / (audio?.sampleRateHz ?? 1)
  let units = 0
  for (const segment of segments) {
    expect(segment.frames).toEqual([])
    expect(Math.abs((segment.audio?.firstPtsTicks ?? NaN) - units * unitTicks)).toBeLessThanOrEqual(1)
    units += segment.audio?.sizesBytes.length ?? 0
  }
  const told = [...playlist.matchAll(/#EXTINF:([\d.]+)/g)].map(([, seconds]) => Number(seconds))
  expect(segments.map(({ durationSeconds }) => durationSeconds)).toEqual(
    told.map((seconds) => expect.closeTo(seconds, 3) as number),
  )
}
