import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findClient } from '../lab/test-support/clients.ts'
import type { Video } from '../protocol/weir-api.ts'
import { getVideo, postFile } from '../server/test-support/weir-client.ts'

export type NoisyClipOptions = {
  readonly seconds: number
  readonly videoKilobitsPerSecond: number // 128 of sound come to it
  readonly framesPerSecond?: number
}

/** A clip of 720p with a keyframe each 2 s, and a picture so noisy that the encoder needs the whole rate. */
export function makeNoisyClip(
  folder: string,
  { seconds, videoKilobitsPerSecond, framesPerSecond = 25 }: NoisyClipOptions,
): Buffer {
  const path = join(folder, 'clip.mp4')
  const picture = `testsrc2=s=1280x720:r=${framesPerSecond}:d=${seconds},noise=alls=12:allf=t`
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=d=${seconds}`]
  const keyframes = ['-g', String(2 * framesPerSecond), '-sc_threshold', '0']
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', ...keyframes]
  const rate = `${videoKilobitsPerSecond}k`
  const rates = ['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate, '-b:a', '128k']
  const ffmpeg = findClient('ffmpeg') ?? 'ffmpeg'
  execFileSync(ffmpeg, ['-v', 'error', '-y', ...inputs, ...video, ...rates, '-c:a', 'aac', '-shortest', path])
  return readFileSync(path)
}

export type SegmentedVideo = Video & { readonly bestVariant: string }

/** Gives a clip to a server, and waits until it is segmented. */
export async function addClip(url: string, clip: Buffer): Promise<SegmentedVideo> {
  const { id } = (await (await postFile(url, clip, 'clip.mp4')).json()) as Video
  for (;;) {
    const video = await getVideo(url, id)
    if (video.status === 'failed') throw new Error(JSON.stringify(video.error))
    const [best] = video.variants.toSorted((a, b) => b.bandwidthBitsPerSecond - a.bandwidthBitsPerSecond)
    if (video.status === 'ready' && best !== undefined) return { ...video, bestVariant: best.name }
    await sleep(200)
  }
}
