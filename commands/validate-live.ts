import { scenarioVideo, type ScenarioVideo } from '../lab/scenario-video.ts'
import { liveCellLines, liveConclusion, liveIntroduction } from '../lab/validate-live-text.ts'
import { livePlanOf, validateLive } from '../lab/validate-live.ts'
import { version } from '../server/project-folder.ts'
import { exitCodes } from './exit-codes.ts'
import { withBar } from './terminal.ts'
import { readablePath, userFolder } from './user-files.ts'

type LiveFlags = Omit<Parameters<typeof livePlanOf>[0], 'clipSeconds'> & {
  readonly seconds: number // of the sample clip
  readonly video?: string
  readonly json?: boolean
}

/** `weir lab validate live`: lines for a run as it has been made. */
export async function runValidateLive({ json = false, video, seconds, ...asked }: LiveFlags): Promise<void> {
  const path = video === undefined ? undefined : await readablePath(video)
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort())
  const tell = (text: string): void => void (json || console.log(text))
  try {
    const source = path === undefined ? ({ kind: 'sample', seconds } as const) : ({ kind: 'file', path } as const)
    const options = { folder: userFolder, weir: version, signal: stop.signal }
    const made = await withBar('video', (onProgress) => scenarioVideo(source, { ...options, onProgress }))
    const plan = livePlanOf({ ...asked, clipSeconds: secondsOf(made) })
    const validation = await validateLive(plan, {
      source: { kind: 'package', path: made.folder ?? '' },
      signal: stop.signal,
      tell: (text) => void (json || console.error(text)),
      onReady: () => tell(liveIntroduction(plan)),
      onCell: (cell) => tell(liveCellLines(cell)),
    })
    console.log(json ? JSON.stringify(validation, undefined, 2) : liveConclusion(validation))
    process.exitCode = validation.holds ? exitCodes.done : exitCodes.finding
  } catch (error) {
    if (!stop.signal.aborted) throw error
    process.exitCode = exitCodes.interrupted
  }
}

function secondsOf({ video }: ScenarioVideo): number {
  const last = video.outlines.at(-1)?.segments.at(-1)
  return last === undefined ? 0 : last.startSeconds + last.durationSeconds
}
