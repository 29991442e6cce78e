import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inLongRun } from '../lab/test-support/long-run.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { peakBandwidth } from '../protocol/playlist-bandwidth.ts'
import { readWebVttCues } from '../protocol/web-vtt.ts'
import { runChild } from './child-run.ts'
import { lintFolder } from './lint/lint.ts'
import { makePackage } from './package.ts'
import { playlistOf } from './test-support/clips.ts'
import { makeFlashClip } from './test-support/flash-clip.ts'
import { expectWholeFile } from './test-support/single-files.ts'
import { toolsFor } from './test-support/tools-for.ts'

const SRT = `1
00:00:01,000 --> 00:00:02,000
<i>Good</i> morning

2
00:00:03,500 --> 00:00:04,500
over the cut
`

test('makePackage makes subtitles of text into segments of WebVTT on the clock of the pictures', async (context) => {
  const tools = await toolsFor(context)
  const folder = temporaryFolder(context)
  const source = await makeFlashClip(tools, folder, {
    name: 'a.mkv',
    size: '64x64',
    rate: 10,
    seconds: 5,
    sounds: [],
    subtitles: [{ srt: SRT, language: 'ger' }],
  })
  const out = join(folder, 'out')
  const { warnings } = await makePackage(source, out, { tools, singleFiles: true, copy: false }) // the cuts are to be at 4 s
  expect(warnings).toEqual([])
  expect(await readFile(join(out, 'master.m3u8'), 'utf8')).toContain(
    'TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,URI="subtitles-1/index.m3u8"',
  )
  expect(await readFile(join(out, 'master-single.m3u8'), 'utf8')).toContain('URI="subtitles-1/index.m3u8"')
  expect((await readdir(join(out, 'subtitles-1'))).toSorted()).toEqual(['00000.vtt', '00001.vtt', 'index.m3u8'])
  const [first, second] = await Promise.all(
    ['00000.vtt', '00001.vtt'].map((name) => readFile(join(out, 'subtitles-1', name), 'utf8')),
  )
  const crossing = { startSeconds: 3.5, endSeconds: 4.5, settings: '', text: 'over the cut' }
  expect(readWebVttCues(first ?? '')).toEqual([
    { startSeconds: 1, endSeconds: 2, settings: '', text: '<i>Good</i> morning' },
    crossing,
  ])
  expect(readWebVttCues(second ?? '')).toEqual([crossing])
  const outline = JSON.parse(await readFile(join(out, '64p/outline.json'), 'utf8')) as { originTicks: number }
  expect(second).toContain(`X-TIMESTAMP-MAP=MPEGTS:${outline.originTicks},LOCAL:00:00:00.000`)
})

if (inLongRun)
  test('makePackage lists each language with its peak, and ffmpeg finds them all', async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const source = await makeFlashClip(tools, folder, {
      name: 'a.mkv',
      seconds: 9,
      sounds: [
        { language: 'eng', layout: '5.1' },
        { language: 'ger', title: 'Regisseur "spricht"' },
        { language: 'ger' },
      ],
    })
    const out = join(folder, 'out')
    const { variants } = await makePackage(source, out, { tools, segments: 'fmp4', singleFiles: true })
    const master = await readFile(join(out, 'master.m3u8'), 'utf8')
    expect(namesOf(master)).toEqual(['English 2', 'English 5.1 6', "Regisseur 'spricht' 2", 'Deutsch 2'])
    const peaks = await Promise.all(['audio-1', 'audio-2', 'audio-3'].map((name) => peakOf(join(out, name))))
    const alone = await peakOf(join(out, variants[0]?.name ?? ''))
    expect(variants[0]?.bandwidthBitsPerSecond).toBe(alone + Math.max(...peaks))

    const fmp4 = await readFile(join(out, 'master-fmp4.m3u8'), 'utf8')
    expect(namesOf(fmp4)).toEqual(namesOf(master))
    expect(fmp4).toMatch(/NAME="English",.*URI="audio-0\/index\.m3u8"/)
    expect(fmp4.match(/AUDIO="audio"/g)).toHaveLength(variants.length)
    await expectWholeFile(out, 'audio-0/index.m3u8', 'single.mp4', 7)
    await expectWholeFile(out, 'audio-1/index.m3u8', 'single.aac', 4)
    const single = await readFile(join(out, 'master-fmp4-single.m3u8'), 'utf8')
    const named = (text: string) => text.match(/audio-\d\/[\w-]+\.m3u8/g)
    expect(named(single)).toEqual(named(fmp4)?.map((name) => name.replace('index', 'index-single')))
    const kinds = ['-v', 'error', '-show_entries', 'stream=codec_type', '-of', 'csv=p=0']
    for (const [file, kind] of [
      ['audio-0/index.m3u8', 'audio'],
      [`${variants[0]?.name}/fmp4.m3u8`, 'video'],
    ] as const) {
      const told = await runChild(tools.ffprobe.path, [...kinds, join(out, file)])
      expect(new Set(told.match(/\w+/g))).toEqual(new Set([kind]))
    }
    const { findings } = await lintFolder(out, { ffprobe: tools.ffprobe })
    expect(findings.filter(({ severity, place }) => severity === 'error' || place.file.startsWith('audio-0'))).toEqual(
      [],
    )

    const asking = ['-v', 'error', '-show_entries', 'stream=codec_name,channels', '-of', 'json']
    const report = await runChild(tools.ffprobe.path, [
      ...asking,
      '-allowed_extensions',
      'ALL',
      join(out, 'master.m3u8'),
    ])
    const { streams } = JSON.parse(report) as { streams: { codec_name: string; channels?: number }[] }
    expect(streams.filter(({ channels }) => channels === 6)).toHaveLength(1)
    expect(streams.filter(({ codec_name }) => codec_name === 'aac').length).toBeGreaterThanOrEqual(4)
  })

/** Of the sounds, with their channels. */
function namesOf(master: string): string[] {
  return [...master.matchAll(/NAME="([^"]*)".*?CHANNELS="(\d)"/g)].map(([, name, channels]) => `${name} ${channels}`)
}

/** Of a playlist and its files. */
async function peakOf(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'index.m3u8'), 'utf8')
  const listed = [...text.matchAll(/#EXTINF:([\d.]+),\n(.+)\n/g)]
  const segments = await Promise.all(
    listed.map(async ([, seconds, uri]) => ({
      durationSeconds: Number(seconds),
      sizeBytes: (await readFile(join(folder, uri ?? ''))).length,
    })),
  )
  return peakBandwidth(segments, 4)
}

if (inLongRun)
  test('makePackage leaves out a track that cannot be read, and says so', async (context) => {
    const tools = await toolsFor(context)
    const folder = temporaryFolder(context)
    const source = await makeFlashClip(tools, folder, {
      name: 'a.mkv',
      sounds: [{ language: 'eng' }],
      subtitles: [{ srt: '1\n00:00:09,000 --> 00:00:10,000\ntoo late\n', language: 'fre' }],
      outputOptions: ['-t', '3'],
    })
    const { warnings } = await makePackage(source, join(folder, 'out'), { tools })
    expect(warnings).toEqual(['The subtitles "français" hold no text and were left out.'])
    expect(await readFile(join(folder, 'out/master.m3u8'), 'utf8')).not.toContain('EXT-X-MEDIA')
    expect(await readFile(playlistOf(join(folder, 'out'), '240p'), 'utf8')).toContain('ENDLIST')
  })
