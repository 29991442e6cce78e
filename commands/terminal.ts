import { SingleBar } from 'cli-progress'

/** ECMA-48: to the first column, erase to the end of the line. */
export const CLEAR_LINE = '\r\x1b[K'

/** Draws how far the work is, on stderr and only on a terminal. */
export async function withBar<T>(name: string, work: (onProgress: (ratio: number) => void) => Promise<T>): Promise<T> {
  const bar = new SingleBar({ format: `${name} [{bar}] {percentage} %`, clearOnComplete: true, etaBuffer: 20 })
  bar.start(1, 0)
  try {
    return await work((ratio) => bar.update(ratio))
  } finally {
    bar.stop()
  }
}
