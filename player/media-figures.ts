import type { Measures } from '../stream/measures.ts'
import { formatCount } from './format.ts'
import type { MediaStats } from './media-stats.ts'
import type { OwnFigure } from './side.ts'
import { mediaWords } from './words.ts'

/** What only WebRTC media has: the browser's sums, and beside its freezes those that were seen, since it misses some. */
export function mediaFigures(
  stats: MediaStats,
  { freezeCount, freezeMs }: Pick<Measures, 'freezeCount' | 'freezeMs'>,
): readonly OwnFigure[] {
  const { figures, timesLong } = mediaWords
  const long = (times: number, seconds: number): string => timesLong(formatCount(times), seconds.toFixed(1))
  return [
    { label: figures.nacks, value: formatCount(stats.nackCount) },
    { label: figures.cameAgain, value: formatCount(stats.repairedPackets) },
    { label: figures.lost, value: formatCount(stats.packetsLost) },
    { label: figures.toldFreezes, value: long(stats.freezeCount, stats.freezeSeconds) },
    { label: figures.seenFreezes, value: long(freezeCount, freezeMs / 1000) }, // ms to s
    { label: figures.jitterBuffer, value: `${formatCount(Math.round(stats.jitterBufferMs))} ms` },
  ]
}
