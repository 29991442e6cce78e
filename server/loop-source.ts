import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AacConfig } from '../protocol/aac.ts'
import { MpegTsStream, type TsUnit } from '../protocol/mpeg-ts-stream.ts'
import { runChild } from '../segmenter/child-run.ts'
import type { SteadyStream } from '../segmenter/live/live-cutter.ts'
import {
  loopArguments,
  loopFormat,
  loopList,
  loopPeakBitsPerSecond,
  loopVariant,
  type LoopPlan,
} from '../segmenter/live/loop-arguments.ts'
import type { Tools } from '../segmenter/tools.ts'
import { CaptureClock } from './capture-clock.ts'
import { SEGMENT_SECONDS } from './live-channel.ts'
import type { VideoRecord } from './video-record.ts'

/** All that decides a loop, and what it gives. */
export type LoopFormat = {
  readonly plan: LoopPlan
  readonly steady: SteadyStream
  readonly bitsPerSecond: number // the most of a segment
}

const TICKS_PER_SECOND = 90_000
const MAX_PENDING_SECONDS = 0.5 // an encoder that is further behind gets no more pictures

/** undefined for a video without a variant that can be looped. */
export function loopFormatOf({ variants }: VideoRecord, packageFolder: string): LoopFormat | undefined {
  const variant = loopVariant(variants.filter(({ codecs }) => codecs.startsWith('avc1.')))
  if (variant === undefined) return undefined
  const format = loopFormat(variant)
  const { framesPerSecond } = format
  const hasSound = variant.codecs.includes('mp4a.')
  const plan = {
    ...format,
    playlistPath: join(packageFolder, variant.name, 'index.m3u8'),
    groupFrames: framesPerSecond, // a keyframe a second
    hasSound,
  }
  return {
    plan,
    steady: { frameTicks: TICKS_PER_SECOND / framesPerSecond, groupFrames: framesPerSecond },
    bitsPerSecond: loopPeakBitsPerSecond(plan, SEGMENT_SECONDS),
  }
}

export type LoopListener = {
  onUnit(unit: TsUnit, audio: AacConfig | false | undefined, unixMs: number): void
  onProcess(pid: number): void
}

/** Plays a video again and again as a live stream, until the signal: one ffmpeg that this process gives the pace, and that is told by
 *  a file at `listPath` meanwhile what to play. Rejects as `runChild` does. */
export async function runLoop(
  tools: Tools,
  { plan, listPath }: { readonly plan: LoopPlan; readonly listPath: string },
  listener: LoopListener,
  signal: AbortSignal,
): Promise<void> {
  const stream = new MpegTsStream({ hasWholePictures: true })
  let clock: CaptureClock | undefined
  try {
    await writeFile(listPath, loopList(plan, await readFile(plan.playlistPath, 'utf8')))
    await runChild(tools.ffmpeg.path, loopArguments(plan, listPath), {
      signal,
      onProcess: (pid) => listener.onProcess(pid),
      onStdin: (out) => {
        const { framesPerSecond } = plan
        clock = new CaptureClock({ framesPerSecond, out, maxPending: Math.ceil(MAX_PENDING_SECONDS * framesPerSecond) })
      },
      onStdoutBytes: (bytes) => {
        const units = stream.push(bytes)
        if (!units.ok) throw new Error(`the encoder's stream cannot be read: ${JSON.stringify(units.fault)}`)
        for (const unit of units.value) {
          const unixMs = (unit.kind === 'picture' ? clock?.takeCapture() : undefined) ?? Date.now()
          listener.onUnit(unit, plan.hasSound ? stream.audio : false, unixMs)
        }
      },
    })
  } finally {
    clock?.stop()
    await rm(listPath, { force: true })
  }
}
