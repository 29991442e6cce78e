import type { FallbackTry, FallbackWay, LeftBecause } from '../stream/fallback.ts'

const names: Readonly<Record<FallbackWay, string>> = {
  'rtp-udp': 'RTP over UDP',
  'rtp-tcp': 'RTP over TCP',
  hls: 'HLS',
}
const reasons: Readonly<Record<LeftBecause, string>> = {
  'no-answer': 'no answer to its set-up',
  'no-packets': 'set up, and no packet came',
  silence: 'no more packets came',
  refused: 'refused',
}

/** One line a way: what came of it when, in seconds since play was asked. */
export function fallbackLines(tries: readonly FallbackTry[]): string[] {
  return tries.map(({ way, startMs, answeredMs, firstPacketMs, pictureMs, leftMs, leftBecause }) =>
    [
      names[way].padEnd(12),
      `tried at ${seconds(startMs)}`,
      ...(answeredMs === undefined ? [] : [`set up at ${seconds(answeredMs)}`]),
      ...(firstPacketMs === undefined ? [] : [`first packet at ${seconds(firstPacketMs)}`]),
      ...(pictureMs === undefined ? [] : [`first picture at ${seconds(pictureMs)}`]),
      ...(leftMs === undefined || leftBecause === undefined
        ? []
        : [`left at ${seconds(leftMs)}: ${reasons[leftBecause]}`]),
    ].join('  '),
  )
}

/** The newest way's first picture came so long after it was begun. */
export function withPicture(tries: readonly FallbackTry[], startupMs: number | undefined): readonly FallbackTry[] {
  const newest = tries.at(-1)
  if (newest === undefined || startupMs === undefined) return tries
  return [...tries.slice(0, -1), { ...newest, pictureMs: newest.startMs + startupMs }]
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
