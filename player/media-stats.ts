/** What the browser tells of the pictures that it receives: W3C WebRTC statistics, `inbound-rtp`, all since the connection
 *  began. */
export type MediaStats = {
  readonly packetsReceived: number // retransmissions left out
  readonly bytesReceived: number // of payload
  readonly packetsLost: number // RFC 3550: expected less received; what RTX repairs counts as lost all the same
  readonly repairedPackets: number // retransmissions that came
  readonly repairedBytes: number
  readonly nackCount: number // packets of feedback, each may ask for several
  readonly freezeCount: number
  readonly freezeSeconds: number // misses the first ones and one that has not ended
  readonly jitterBufferMs: number // mean of all frames
  readonly hasSound: boolean
}

/** undefined before the first packet. */
export function readMediaStats(report: RTCStatsReport): MediaStats | undefined {
  const entries: Readonly<Record<string, unknown>>[] = []
  report.forEach((entry: Readonly<Record<string, unknown>>) => entry['type'] === 'inbound-rtp' && entries.push(entry))
  const video = entries.find(({ kind }) => kind === 'video')
  if (video === undefined) return undefined
  const number = (key: string): number => (typeof video[key] === 'number' ? video[key] : 0)
  const emitted = number('jitterBufferEmittedCount')
  return {
    packetsReceived: number('packetsReceived') - number('retransmittedPacketsReceived'),
    bytesReceived: number('bytesReceived') - number('retransmittedBytesReceived'),
    packetsLost: Math.max(0, number('packetsLost')),
    repairedPackets: number('retransmittedPacketsReceived'),
    repairedBytes: number('retransmittedBytesReceived'),
    nackCount: number('nackCount'),
    freezeCount: number('freezeCount'),
    freezeSeconds: number('totalFreezesDuration'),
    jitterBufferMs: emitted === 0 ? 0 : (number('jitterBufferDelay') * 1000) / emitted, // s to ms
    hasSound: entries.some((entry) => entry['kind'] === 'audio' && Number(entry['packetsReceived']) > 0),
  }
}

/** What never came, as far as sums can tell: a packet that was sent twice again hides one that was not. */
export function unrepairedPackets({ packetsLost, repairedPackets }: MediaStats): number {
  return Math.max(0, packetsLost - repairedPackets)
}
