import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { needs, type ClientName } from './clients.ts'
import { unexpectedLines } from './harmless-lines.ts'
import { runClient } from './run-client.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What a player has shown of a whole video. */
export type Played = {
  readonly pictures: number
  readonly seconds: number
  readonly complaints: readonly string[]
}

/** Plays an address from start to end. */
export type Play = (context: TestContext, url: string) => Promise<Played>

const LIMIT = { timeoutMs: 60_000 }

/** Players that are programs; the pictures are counted on what they write. */
export const hlsPrograms = {
  ffmpeg: playFfmpeg(),
  mpv: playMpv(),
  async GStreamer(context, url) {
    const file = shownFile(context)
    const pipeline = `uridecodebin uri=${url} name=d
      d. ! queue ! videoconvert ! avenc_ffv1 ! matroskamux name=m ! filesink location=${file}
      d. ! queue ! audioconvert ! m.`
    return written(context, file, 'gst-launch-1.0', ['-q', ...pipeline.split(/\s+/)])
  },
  async VLC(context, url) {
    // Of its muxers the one that keeps back nothing at the end.
    const file = shownFile(context, 'asf')
    return written(context, file, 'cvlc', [`--sout=#std{access=file,mux=asf,dst=${file}}`, url, 'vlc://quit'])
  },
} satisfies Record<string, Play>

/** Those that watch what is live for so long, and end by themselves. */
export function livePrograms(seconds: number): Record<'ffmpeg' | 'mpv', Play> {
  return { ffmpeg: playFfmpeg('-t', `${seconds}`), mpv: playMpv(`--length=${seconds}`) }
}

function playFfmpeg(...limit: readonly string[]): Play {
  return async (context, url) => {
    const file = shownFile(context)
    const output = [...limit, '-c:v', 'ffv1', '-c:a', 'pcm_s16le', file]
    return written(context, file, 'ffmpeg', ['-nostdin', '-v', 'warning', '-i', url, ...output])
  }
}

function playMpv(...limit: readonly string[]): Play {
  return async (context, url) => {
    const file = shownFile(context)
    const quiet = ['--no-config', '--msg-level=all=warn', '--term-status-msg=', ...limit]
    return written(context, file, 'mpv', [...quiet, `--o=${file}`, '--ovc=ffv1', '--oac=pcm_s16le', url])
  }
}

function shownFile(context: TestContext, extension = 'mkv'): string {
  return join(temporaryFolder(context), `shown.${extension}`)
}

async function written(
  context: TestContext,
  file: string,
  client: ClientName,
  args: readonly string[],
): Promise<Played> {
  const { status, stdout, stderr } = await runClient(needs(context, client), args, LIMIT)
  const complaints = unexpectedLines(client, stdout + stderr)
  return { ...countIn(context, file), complaints: status === 0 ? complaints : [`exit code ${status}`, ...complaints] }
}

/** The pictures in a file, and for how long they are shown. */
function countIn(context: TestContext, file: string): Omit<Played, 'complaints'> {
  const asking = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=dts_time', '-of', 'csv=p=0', file]
  const text = execFileSync(needs(context, 'ffprobe'), asking, { encoding: 'utf8' })
  const times = text.split('\n').map(Number.parseFloat).filter(Number.isFinite)
  const spanSeconds = Math.max(...times) - Math.min(...times)
  return { pictures: times.length, seconds: (spanSeconds * times.length) / (times.length - 1) }
}
