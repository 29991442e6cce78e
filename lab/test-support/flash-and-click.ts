import { execFileSync } from 'node:child_process'

const MAX_OUTPUT_BYTES = 500_000_000
const SAMPLES_PER_SECOND = 48_000
const LOUD = 3000 // of 32,768
const QUIET_SAMPLES = SAMPLES_PER_SECOND / 2 // before a click

/** Where the flashes of `useStampedCamera` are in the picture. */
const FLASH = 'crop=160:160:20:520'

/** How much later than its click each flash is shown, in a file of what a stamped camera has sent: by the times that the file tells. */
export function flashesAfterClicksMs(
  programs: { readonly ffmpeg: string; readonly ffprobe: string },
  path: string,
): number[] {
  const flashes = flashSeconds(programs.ffprobe, path)
  return clickSeconds(programs, path).map((click) => {
    const nearest = flashes.reduce((best, at) => (Math.abs(at - click) < Math.abs(best - click) ? at : best), Infinity)
    return (nearest - click) * 1000 // s to ms
  })
}

function flashSeconds(ffprobe: string, path: string): number[] {
  const entries = ['-show_entries', 'frame=pts_time:frame_tags=lavfi.signalstats.YAVG', '-of', 'csv=p=0']
  const args = ['-v', 'error', '-f', 'lavfi', '-i', `movie=${path},${FLASH},signalstats`, ...entries]
  const lines = execFileSync(ffprobe, args, { maxBuffer: MAX_OUTPUT_BYTES }).toString().trim().split('\n')
  const pictures = lines.map((line) => line.split(',').map(Number) as [seconds: number, brightness: number])
  return pictures.flatMap(([seconds, brightness], at) => {
    return brightness > 120 && (pictures[at - 1]?.[1] ?? 255) <= 120 ? [seconds] : []
  })
}

function clickSeconds(
  { ffmpeg, ffprobe }: { readonly ffmpeg: string; readonly ffprobe: string },
  path: string,
): number[] {
  const entries = ['-select_streams', 'a:0', '-show_entries', 'stream=start_time', '-of', 'csv=p=0']
  const startSeconds = Number.parseFloat(execFileSync(ffprobe, ['-v', 'error', ...entries, path]).toString())
  const pcm = ['-map', '0:a', '-af', 'aresample=async=1', '-f', 's16le', '-ac', '1', '-ar', `${SAMPLES_PER_SECOND}`]
  const bytes = execFileSync(ffmpeg, ['-v', 'error', '-i', path, ...pcm, 'pipe:1'], { maxBuffer: MAX_OUTPUT_BYTES })
  const clicks: number[] = []
  let quietSamples = 0
  for (let at = 0; 2 * at + 1 < bytes.length; at += 1) {
    if (Math.abs(bytes.readInt16LE(2 * at)) < LOUD) quietSamples += 1
    else {
      if (quietSamples > QUIET_SAMPLES) clicks.push(startSeconds + at / SAMPLES_PER_SECOND)
      quietSamples = 0
    }
  }
  return clicks
}
