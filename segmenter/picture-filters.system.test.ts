import { join } from 'node:path'
import { expect, test, type TestContext } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { runChild } from './child-run.ts'
import { makePackage } from './package.ts'
import { decodeBrightness, everyToolset, playlistOf } from './test-support/clips.ts'
import type { Tools } from './tools.ts'

const [WIDTH, HEIGHT] = [320, 240]

async function makeFrom({ ffmpeg }: Tools, path: string, picture: string, options: readonly string[]): Promise<string> {
  const input = ['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', picture]
  await runChild(ffmpeg.path, [...input, '-c:v', 'libx264', '-preset', 'ultrafast', ...options, path])
  return path
}

/** Of lines that stand out from both neighbours, as where two moments are woven into one picture. */
function combedPixels(luma: Uint8Array): number {
  let count = 0
  for (let at = WIDTH; at < luma.length - WIDTH; at++) {
    const here = luma[at] as number
    if (here - (luma[at - WIDTH] as number) > 80 && here - (luma[at + WIDTH] as number) > 80) count += 1
  }
  return count
}

async function brightness(tools: Tools, path: string): Promise<readonly Uint8Array[]> {
  return (await decodeBrightness(tools, path, WIDTH, HEIGHT)).frames
}

for (const { name, options } of [
  { name: 'H.264 in MKV', options: ['-flags', '+ilme+ildct', '-top', '1', '-pix_fmt', 'yuv420p'] },
  { name: 'MPEG-4 in AVI', options: ['-c:v', 'mpeg4', '-b:v', '4M', '-flags', '+ilme+ildct', '-pix_fmt', 'yuv420p'] },
] as const) {
  test(`makePackage weaves no two moments into one picture of interlaced ${name}`, async (context) => {
    const folder = temporaryFolder(context)
    for (const [index, tools] of (await toolsets(context)).entries()) {
      const stripes = `testsrc2=s=${WIDTH}x${HEIGHT}:r=50:d=2,geq=lum='if(lt(mod(X+N*9,64),32),220,30)':cb=128:cr=128`
      const file = join(folder, `${index}.${name.endsWith('AVI') ? 'avi' : 'mkv'}`)
      const source = await makeFrom(tools, file, `${stripes},tinterlace=interleave_top`, options)
      const woven = Math.max(...(await brightness(tools, source)).map(combedPixels))
      expect(woven).toBeGreaterThan(5000)
      const out = join(folder, `out${index}`)
      const { variants } = await makePackage(source, out, { tools })
      expect(variants[0]?.framesPerSecond).toBe(25)
      const frames = await brightness(tools, playlistOf(out, '240p'))
      expect(Math.max(...frames.map(combedPixels))).toBeLessThan(0.02 * woven)
    }
  })
}

test('makePackage makes SDR of HDR: as bright and dark as a screen can show it', async (context) => {
  const folder = temporaryFolder(context)
  for (const [index, tools] of (await toolsets(context)).entries()) {
    if (!tools.ffmpeg.canToneMap) continue
    // PQ signals of 0.3 and 0.75: 10 and 983 nits.
    const picture = `color=black:s=${WIDTH}x${HEIGHT}:r=10:d=1,format=yuv420p10le,geq=lum='if(lt(X,160),327,721)':cb=512:cr=512`
    const told = ['-color_primaries', 'bt2020', '-colorspace', 'bt2020nc', '-color_trc', 'smpte2084']
    const here = (await toolsets(context))[0] ?? tools // the old build encodes no 10 bits
    const source = await makeFrom(here, join(folder, `${index}.mkv`), picture, ['-pix_fmt', 'yuv420p10le', ...told])
    const out = join(folder, `out${index}`)
    const { warnings } = await makePackage(source, out, { tools })
    expect(warnings).toEqual([])
    const [frame] = await brightness(tools, playlistOf(out, '240p'))
    const [dark = 0, bright = 0] = [80, 240].map((x) => frame?.[120 * WIDTH + x])
    expect(bright - dark).toBeGreaterThan(125) // untouched: 98
    const asking = ['-v', 'error', '-show_entries', 'stream=color_transfer,pix_fmt', '-of', 'csv=print_section=0']
    const segment = join(out, '240p/00000.ts')
    expect((await runChild(here.ffprobe.path, [...asking, segment])).trim()).toContain('yuv420p,bt709')
  }
})

async function toolsets(context: TestContext): Promise<readonly Tools[]> {
  needs(context, 'ffmpeg')
  needs(context, 'ffprobe')
  return everyToolset()
}
