import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { needs } from '../../lab/test-support/clients.ts'

export type ClipOptions = {
  readonly seconds: number
  readonly size?: string // such as 320x180
  readonly name?: string
  readonly keyframeFrames?: number // apart: the segmenter copies what has enough of them
}

/** A clip with moving picture and a tone, made by ffmpeg in the folder; gives its path. */
export function makeClip(
  context: TestContext,
  folder: string,
  { seconds, size = '160x90', name = 'clip.mp4', keyframeFrames = 250 }: ClipOptions,
): string {
  const path = join(folder, name)
  const inputs = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25:d=${seconds}`, '-f', 'lavfi', '-i', `sine=d=${seconds}`]
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest']
  const keyframes = ['-g', String(keyframeFrames)]
  execFileSync(needs(context, 'ffmpeg'), ['-v', 'error', '-y', ...inputs, ...codecs, ...keyframes, path])
  return path
}

export type BadInput = { readonly name: string; readonly path: string; readonly codes: readonly string[] }

/** Files that are no video, each with the codes that say so. */
export function makeBadInputs(context: TestContext, folder: string): BadInput[] {
  const clip = readFileSync(makeClip(context, folder, { seconds: 2 }))
  const bad = (name: string, content: string | Buffer, ...codes: string[]): BadInput => {
    const path = join(folder, `bad-${name.replaceAll(' ', '-')}.mp4`)
    writeFileSync(path, content)
    return { name, path, codes }
  }
  return [
    bad('empty', '', 'empty-file'),
    bad('twenty bytes', Buffer.alloc(20, 7), 'not-a-video'),
    bad('text', 'Dear diary, this is no video.\n'.repeat(50), 'not-a-video', 'no-video-stream'),
    bad('truncated', clip.subarray(0, clip.length / 2), 'incomplete-file'),
  ]
}
