import type { ReceiverFigures } from '../udp-relay/received-presentation.ts'
import type { TrackFigures } from '../udp-relay/received-track.ts'

/** One line of what `weir watch` tells. */
export type WatchMeasure = { readonly name: string; readonly unit: string; readonly means: string }

/** All measures of a watched RTSP address, in the order in which they are told; budgets name them. */
export const watchMeasures = [
  { name: 'startupMs', unit: 'ms', means: 'from the wish to play to the first frame shown, or sound heard' },
  { name: 'playedSeconds', unit: 's', means: 'from then on to the end' },
  { name: 'bitrateBitsPerSecond', unit: 'bit/s', means: 'of the RTP packets, the mean since the wish to play' },
  { name: 'intactFrames', unit: 'frames', means: 'shown as they were encoded' },
  { name: 'damagedFrames', unit: 'frames', means: 'shown with a part missing, or leaning on such a frame' },
  { name: 'frozenFrames', unit: 'frames', means: 'due, and not to be shown at all' },
  { name: 'skippedFrames', unit: 'frames', means: 'came after a later one was shown' },
  { name: 'freezeCount', unit: '', means: 'no new frame for more than 150 ms and three frame intervals' },
  { name: 'freezeMs', unit: 'ms', means: 'by which frames were overdue then, all together' },
  { name: 'freezeRatio', unit: '', means: 'freezeMs of the time played' },
  { name: 'stallRatio', unit: '', means: 'the same: a viewer of RTP never waits, so what stalls is frozen' },
  { name: 'expectedPackets', unit: 'packets', means: 'sent, by their sequence numbers' },
  { name: 'receivedPackets', unit: 'packets', means: 'came, each counted once' },
  { name: 'lostPackets', unit: 'packets', means: 'did not come, before any repair' },
  { name: 'lossRatio', unit: '', means: 'lostPackets of the expected ones' },
  { name: 'missingPackets', unit: 'packets', means: 'neither came in time nor were repaired' },
  { name: 'latePackets', unit: 'packets', means: 'of these came after the jitter buffer had given them up' },
  { name: 'duplicatePackets', unit: 'packets', means: 'came again' },
  { name: 'reorderedPackets', unit: 'packets', means: 'came after a later one' },
  { name: 'burstCount', unit: '', means: 'bursts of missing packets (RFC 3611, Gmin 16)' },
  { name: 'longestLossPackets', unit: 'packets', means: 'missing one right after the other' },
  { name: 'jitterMs', unit: 'ms', means: 'RFC 3550, of the track that has most; B-frames count as jitter there' },
  { name: 'repairedPackets', unit: 'packets', means: 'lost, and sent again or recovered by parity in time' },
  { name: 'lateRepairs', unit: 'packets', means: 'sent again or recovered after they had been given up' },
  { name: 'residualLossRatio', unit: '', means: 'missingPackets of the expected ones' },
  { name: 'repairOverheadRatio', unit: '', means: 'bytes of retransmissions and parity for each byte received' },
] as const satisfies readonly WatchMeasure[]

export type WatchFigures = Readonly<Record<(typeof watchMeasures)[number]['name'], number | undefined>>

/** `sinceAskedMs`: from the wish to play until now. */
export function watchFigures({ measures, tracks, skippedFrames }: ReceiverFigures, sinceAskedMs: number): WatchFigures {
  const { startupMs, watchedMs, intactFrames, damagedFrames, frozenFrames, freezeCount, freezeMs, receivedBytes } =
    measures
  const sum = (read: (track: TrackFigures) => number): number => tracks.reduce((total, track) => total + read(track), 0)
  const most = (read: (track: TrackFigures) => number): number => Math.max(0, ...tracks.map(read))
  const expectedPackets = sum((track) => track.expectedPackets)
  const lostPackets = sum((track) => track.lostPackets)
  const missingPackets = sum((track) => track.missingPackets)
  const freezeRatio = ratio(freezeMs, watchedMs)
  const ofPictures = (value: number) => (measures.isSoundAlone === true ? undefined : value)
  return {
    startupMs,
    playedSeconds: startupMs === undefined ? undefined : watchedMs / 1000, // ms to s
    bitrateBitsPerSecond: ratio(receivedBytes * 8 * 1000, sinceAskedMs),
    intactFrames: ofPictures(intactFrames),
    damagedFrames: ofPictures(damagedFrames),
    frozenFrames: ofPictures(frozenFrames),
    skippedFrames: ofPictures(skippedFrames),
    freezeCount: ofPictures(freezeCount),
    freezeMs: ofPictures(freezeMs),
    freezeRatio: ofPictures(freezeRatio),
    stallRatio: ofPictures(freezeRatio),
    expectedPackets,
    receivedPackets: sum((track) => track.receivedPackets),
    lostPackets,
    lossRatio: ratio(lostPackets, expectedPackets),
    missingPackets,
    latePackets: sum((track) => track.latePackets),
    duplicatePackets: sum((track) => track.duplicatePackets),
    reorderedPackets: sum((track) => track.reorderedPackets),
    burstCount: sum((track) => track.bursts.bursts),
    longestLossPackets: most((track) => track.bursts.longestLossPackets),
    jitterMs: most((track) => track.jitterMs),
    repairedPackets: sum((track) => track.repairedPackets),
    lateRepairs: sum((track) => track.lateRepairs),
    residualLossRatio: ratio(missingPackets, expectedPackets),
    repairOverheadRatio: ratio(
      sum((track) => track.repairBytes),
      receivedBytes,
    ),
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
