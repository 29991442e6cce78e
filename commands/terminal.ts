import { SingleBar } from 'cli-progress'

/** ECMA-48: to the first column, erase to the end of the line. */
export const CLEAR_LINE = '\r\x1b[K'

/** So much must be done before anybody believes how long the rest will take. */
const TOLD_FROM = { ms: 2000, share: 0.02 } as const

/** `, 1 min 20 s left`, as fast as it has gone from `startRatio` on; '' as long as that is a guess. */
export function remainingTime(startRatio: number, ratio: number, elapsedMs: number): string {
  const done = ratio - startRatio
  if (elapsedMs < TOLD_FROM.ms || done < TOLD_FROM.share || ratio >= 1) return ''
  const seconds = Math.max(1, Math.round(((1 - ratio) / done) * (elapsedMs / 1000))) // ms to s
  const minutes = Math.floor(seconds / 60)
  return minutes === 0 ? `, ${seconds} s left` : `, ${minutes} min ${seconds % 60} s left`
}

/** Draws how far the work is, on stderr and only on a terminal. */
export async function withBar<T>(name: string, work: (onProgress: (ratio: number) => void) => Promise<T>): Promise<T> {
  const bar = new SingleBar({ format: `${name} [{bar}] {percentage} %{left}`, clearOnComplete: true })
  bar.start(1, 0, { left: '' })
  let start: { readonly ratio: number; readonly atMs: number } | undefined
  try {
    return await work((ratio) => {
      const nowMs = performance.now()
      start ??= { ratio, atMs: nowMs } // what was done before tells nothing of the speed
      bar.update(ratio, { left: remainingTime(start.ratio, ratio, nowMs - start.atMs) })
    })
  } finally {
    bar.stop()
  }
}
