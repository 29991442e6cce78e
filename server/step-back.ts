import { constants, setPriority } from 'node:os'

/** Lets a process that may take its time, such as an ffmpeg, come after whoever plays: a link that keeps its moments late
 *  is no network but a busy machine. Where the system has no such thing, or the process has ended, all stays as it is. */
export function stepBack(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {}
}
