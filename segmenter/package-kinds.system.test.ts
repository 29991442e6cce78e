import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { matrix } from '../lab/test-support/long-run.ts'
import { sharedFile } from '../lab/test-support/shared-files.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { makePackage } from './package.ts'
import { makeClip, type ClipOptions } from './test-support/clips.ts'
import { COPIED_TICKS, expectFmp4, expectIframes, expectThumbnails } from './test-support/package-kinds.ts'
import { expectSingleFile, expectWholeFile } from './test-support/single-files.ts'
import { findTools } from './tools.ts'

type Row = { readonly name: string; readonly clip: ClipOptions } | { readonly name: string; readonly file: string }

for (const row of matrix<Row>([
  {
    name: '29.97 frames a second and 44.1 kHz',
    clip: { rate: '30000/1001', seconds: 6, size: '320x180', outputOptions: ['-ar', '44100'] },
  },
  { name: '59.94 frames a second', clip: { rate: '60000/1001', seconds: 9 } },
  { name: 'no sound', clip: { soundSeconds: 0 } },
  { name: 'sound that begins late', clip: { soundFromSeconds: 2, soundSeconds: 3 } },
  { name: 'sound a second before the picture', clip: { soundFromSeconds: -1 } },
  { name: 'an upright picture', clip: { size: '180x320', seconds: 5 } },
  { name: 'one frame in two seconds', clip: { rate: '1/2', seconds: 11 } },
  { name: 'a single picture', clip: { rate: '25', seconds: 0.04, soundSeconds: 0 } },
  { name: 'a minute and more', clip: { rate: '10', seconds: 70, size: '160x120' } },
  ...[
    'mdn_frog_480p30_8s.mp4',
    'wave_t1_2997_beeps_8s.mp4',
    'pandas_720p30_10s.flv',
    'parkinglot_432p_12.5fps_30s.mp4',
    'skateboard_2048x1080_25_7s.mkv',
  ].map((file) => ({ name: file, file })),
])) {
  test(`a package of ${row.name} has its keyframes, its thumbnails, its fragmented MP4 and its single files`, async (context) => {
    needs(context, 'ffmpeg')
    needs(context, 'ffprobe')
    const tools = await findTools(process.env)
    const folder = temporaryFolder(context)
    const source =
      'file' in row
        ? sharedFile(context, `media/natural/${row.file}`)
        : await makeClip(tools, join(folder, 'source.mkv'), row.clip)
    const out = join(folder, 'out')
    const { variants, warnings } = await makePackage(source, out, { tools, segments: 'fmp4', singleFiles: true })
    expect(warnings).toEqual([])
    for (const [index, { name }] of variants.entries()) {
      await expectIframes(tools, out, name)
      await expectFmp4(tools, out, name, index === 0 ? COPIED_TICKS : undefined) // the best one may be the source's own
      await expectWholeFile(out, `${name}/index.m3u8`, 'single.ts', 4)
      await expectWholeFile(out, `${name}/fmp4.m3u8`, 'single.mp4', 7)
      await expectSingleFile(out, `${name}/iframes.m3u8`, 'single.ts', 4)
    }
    await expectThumbnails(tools, out, variants.at(-1)?.name ?? '')
    expectMasters(out, variants.length)
  })
}

function expectMasters(out: string, variants: number): void {
  const lines = (file: string): string[] => readFileSync(join(out, file), 'utf8').split('\n')
  const master = lines('master.m3u8')
  const iframes = master.filter((line) => line.startsWith('#EXT-X-I-FRAME-STREAM-INF:'))
  expect(iframes).toHaveLength(variants)
  for (const line of iframes) {
    expect(line).toMatch(
      /BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="avc1\.[0-9a-f]{6}",RESOLUTION=\d+x\d+,URI="\w+\/iframes/,
    )
  }
  const ofTs = master.filter((line) => line.startsWith('#EXT-X-STREAM-INF:')).map(withoutBandwidth)
  const ofFmp4 = lines('master-fmp4.m3u8').filter((line) => line.startsWith('#EXT-X-STREAM-INF:'))
  expect(ofFmp4.map(withoutBandwidth)).toEqual(ofTs)
  expect(lines('master-fmp4.m3u8').filter((line) => line.endsWith('/fmp4.m3u8'))).toHaveLength(variants)
  for (const name of ['master.m3u8', 'master-fmp4.m3u8']) {
    const named = lines(name).map((line) => line.replace(/\.m3u8("?)$/, '-single.m3u8$1'))
    expect(lines(name.replace('.m3u8', '-single.m3u8'))).toEqual(named)
  }
}

function withoutBandwidth(line: string): string {
  return line.replaceAll(/BANDWIDTH=\d+/g, 'BANDWIDTH')
}
