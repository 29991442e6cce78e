import type { Environment } from './tool-candidates.ts'
import { searchFfmpeg, searchFfprobe, type Rejection } from './tools.ts'

/** One line of `weir doctor`: a thing that this part uses, whether it is here, and what is lost without it. */
export type DoctorFinding = {
  readonly name: string
  readonly isFound: boolean
  readonly isNeeded: boolean // nothing can be segmented without it
  readonly detail: string // version and place, or what was tried
  readonly lostWithout: string
}

const GET_FFMPEG =
  'install ffmpeg (apt, brew, winget), set FFMPEG_PATH and FFPROBE_PATH, or run npm ci with optional packages'

/** What of the segmenter's tools is on this machine. Never rejects: a missing tool is a finding. */
export async function doctorReport(env: Environment): Promise<DoctorFinding[]> {
  const [ffmpeg, ffprobe] = await Promise.all([searchFfmpeg(env), searchFfprobe(env)])
  return [
    {
      name: 'ffmpeg',
      isFound: ffmpeg.found !== undefined,
      isNeeded: true,
      detail: detailOf(ffmpeg.found, ffmpeg.rejected),
      lostWithout: 'no video can be segmented and no sample clip is made',
    },
    {
      name: 'ffprobe',
      isFound: ffprobe.found !== undefined,
      isNeeded: true,
      detail: detailOf(ffprobe.found, ffprobe.rejected),
      lostWithout: 'no upload can be looked at, so none is taken',
    },
    ...['libx264', 'aac'].map((name) => ({
      name: `ffmpeg encoder ${name}`,
      isFound: ffmpeg.found !== undefined, // a candidate without it is not taken
      isNeeded: true,
      detail: ffmpeg.found === undefined ? 'no ffmpeg has it' : 'encoded a moment of video and sound',
      lostWithout: 'no video can be segmented',
    })),
    {
      name: 'ffmpeg filter drawtext',
      isFound: ffmpeg.found?.canDrawText === true,
      isNeeded: false,
      detail: ffmpeg.found?.canDrawText === true ? 'listed' : 'not in this build',
      lostWithout: 'the sample clip has no running text',
    },
  ]
}

type Place = { readonly path: string; readonly origin: string; readonly version: string }

function detailOf(found: Place | undefined, rejected: readonly Rejection[]): string {
  const passedOver = rejected.map(({ path, reason }) => `${path} was passed over: ${reason}`)
  const place = found && `${found.version}, ${found.path} (${found.origin})`
  return [place ?? `not found; ${GET_FFMPEG}`, ...passedOver].join('; ')
}
