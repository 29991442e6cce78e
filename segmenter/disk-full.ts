import { ChildFailed } from './child-run.ts'

/** Whether a failure, of our own or of ffmpeg, is that of a full disk. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof ChildFailed) return error.stderrTail.includes('No space left on device')
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC'
}
