import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ffmpegArguments } from './ffmpeg-arguments.ts'
import { runFfmpeg } from './ffmpeg.ts'
import { encodeFrameCode, frameCodeGrid } from '../protocol/frame-code.ts'
import { paintTerrain } from './sample-terrain.ts'
import type { Tools } from './tools.ts'

export type SampleClipOptions = { readonly tools: Tools; readonly seconds?: number; readonly signal?: AbortSignal }

const WIDTH = 1280
const HEIGHT = 720
const FRAMES_PER_SECOND = 30
const TERRAIN = { width: 1760, height: 1000 } // larger than the picture, which wanders over it
const FLASH_FRAMES = 3
const BEEP_SECONDS = 0.1
const CODE = {
  width: WIDTH * frameCodeGrid.pictureWidthShare,
  height: HEIGHT * frameCodeGrid.pictureHeightShare,
}

/** Makes the clip with which an empty library begins, an MP4 of 720p30: a map that moves, text that runs across it, the
 *  frame code of frame-code.ts in the top left corner, and at every whole second a white flash in the top right corner
 *  that begins with a beep. An ffmpeg that cannot draw text leaves the text out. The file appears by rename. */
export async function makeSampleClip(
  outFile: string,
  { tools, seconds = 20, signal }: SampleClipOptions,
): Promise<void> {
  const folder = await mkdtemp(join(dirname(outFile), '.sample-'))
  try {
    await writeFile(join(folder, 'terrain.rgb'), paintTerrain(TERRAIN.width, TERRAIN.height))
    await writeFile(join(folder, 'codes.grey'), frameCodes(seconds * FRAMES_PER_SECOND))
    if (tools.ffmpeg.canDrawText) await copyFile(FONT, join(folder, 'font.ttf'))
    const args = sampleClipArguments(seconds, tools.ffmpeg.canDrawText)
    await runFfmpeg(tools, args, { cwd: folder, ...(signal && { signal }) })
    await rename(join(folder, 'clip.mp4'), outFile)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const FONT = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')

/** A raw grey video with a pixel a cell. */
function frameCodes(frames: number): Uint8Array {
  const cells = Array.from({ length: frames }, (_, frame) => encodeFrameCode(frame).map((bit) => bit * 255))
  return Buffer.concat(cells)
}

/** Runs in the folder that holds the terrain, the codes and the font. */
function sampleClipArguments(seconds: number, withText: boolean): string[] {
  const { columns, rows } = frameCodeGrid
  return ffmpegArguments({
    inputs: [
      rawVideo('rgb24', `${TERRAIN.width}x${TERRAIN.height}`, 'terrain.rgb'),
      rawVideo('gray', `${columns}x${rows}`, 'codes.grey'),
      { options: ['-f', 'lavfi'], url: `aevalsrc='${BEEP}':s=48000:d=${seconds}` },
    ],
    // setpts counts in the time base of a raw video, which is one frame; N/30/TB would be truncated now and then.
    filters: [
      `[0:v]format=yuv420p,loop=loop=-1:size=1,setpts=N,${WANDER},${BAR},${FLASH}[map]`,
      `[1:v]scale=${CODE.width}:${CODE.height}:flags=neighbor,format=yuv420p[code]`,
      `[map][code]overlay=0:0:shortest=1${withText ? `,${RUNNING_TEXT},${CLOCK}` : ''}[picture]`,
    ],
    output: {
      options: [
        ...['-map', '[picture]', '-map', '2:a', '-c:v', 'libx264', '-preset', 'superfast', '-crf', '18'],
        // A keyframe every 2 s, so that the best variant is a copy of it; no B-frames, so that WebRTC shows that.
        ...['-g', `${2 * FRAMES_PER_SECOND}`, '-bf', '0'],
        ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2', '-b:a', '128k', '-movflags', '+faststart'],
      ],
      url: 'clip.mp4',
    },
  })
}

function rawVideo(pixelFormat: string, size: string, url: string): { options: string[]; url: string } {
  const rate = `${FRAMES_PER_SECOND}`
  return { options: ['-f', 'rawvideo', '-pixel_format', pixelFormat, '-video_size', size, '-framerate', rate], url }
}

const BEEP = `0.5*sin(2*PI*1000*t)*lt(mod(t,1),${BEEP_SECONDS})`
const WANDER = `crop=${WIDTH}:${HEIGHT}` + `:x='(in_w-out_w)/2*(1+sin(2*PI*t/12))':y='(in_h-out_h)/2*(1+sin(2*PI*t/7))'`
const BAR = `drawbox=x=0:y=0:w=iw:h=${CODE.height}:color=black:t=fill`
const FLASH =
  `drawbox=x=${CODE.width + 80}:y=0:w=${WIDTH - CODE.width - 80}:h=${CODE.height}:color=white:t=fill` +
  `:enable='lt(mod(n,${FRAMES_PER_SECOND}),${FLASH_FRAMES})'`
const LETTERING = 'fontfile=font.ttf:fontcolor=white:borderw=4:bordercolor=black@0.8'
const RUNNING_TEXT =
  `drawtext=${LETTERING}:fontsize=68:text='Weir   the same video   over HLS and over UDP'` +
  `:x='w-mod(n*7,w+tw)':y=h-150`
const CLOCK = `drawtext=${LETTERING}:fontsize=44:text='%{pts\\:hms}':x=40:y=h-60`
