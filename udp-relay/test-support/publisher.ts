import { runClient, type ClientRun } from '../../lab/test-support/run-client.ts'

export const PUBLISHED_SECONDS = 8
export const PUBLISHED_PICTURES = PUBLISHED_SECONDS * 25

/** Has ffmpeg publish at `url`: a picture group a second, with B-frames and sound, at the pace of the clock. */
export function publish(ffmpeg: string, transport: 'udp' | 'tcp', url: string): Promise<ClientRun> {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=320x240:rate=25:duration=${PUBLISHED_SECONDS}`]
  const sound = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${PUBLISHED_SECONDS}`]
  const video = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-g', '25', '-sc_threshold', '0']
  const coded = [...video, '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '64k']
  const args = ['-v', 'error', '-re', ...picture, ...sound, ...coded, '-f', 'rtsp', '-rtsp_transport', transport, url]
  return runClient(ffmpeg, args, { timeoutMs: 40_000 })
}
