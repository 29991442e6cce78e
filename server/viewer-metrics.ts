import type { RtspSessionStatus } from '../protocol/weir-api.ts'

type ViewerMetric = {
  readonly name: string
  readonly help: string
  readonly read: (viewers: readonly RtspSessionStatus[]) => number
}

/** Of the viewers that are there now, by their own newest reports; without ids. */
export const viewerMetrics: readonly ViewerMetric[] = [
  {
    name: 'rtsp_reported_lost_packets',
    help: 'Packets that the present viewers of RTSP say never came, all together.',
    read: (viewers) => sumOf(receptionsOf(viewers).map(({ cumulativeLostPackets }) => cumulativeLostPackets)),
  },
  {
    name: 'rtsp_reported_loss_ratio_max',
    help: 'The highest share of packets that a present viewer of RTSP missed between its last two reports.',
    read: (viewers) => Math.max(0, ...receptionsOf(viewers).map(({ lossRatio }) => lossRatio)),
  },
  {
    name: 'rtsp_reported_jitter_seconds_max',
    help: 'The highest interarrival jitter that a present viewer of RTSP reports.',
    read: (viewers) => Math.max(0, ...receptionsOf(viewers).map(({ jitterMs }) => jitterMs / 1000)), // ms to s
  },
  {
    name: 'rtsp_round_trip_seconds_max',
    help: 'The longest round trip to a present viewer of RTSP.',
    read: (viewers) => Math.max(0, ...viewers.map(({ roundTripMs = 0 }) => roundTripMs / 1000)), // ms to s
  },
  {
    name: 'rtsp_resent_packets',
    help: 'Packets that were sent again to the present viewers of RTSP.',
    read: (viewers) => sumOf(viewers.map(({ repair }) => repair?.resentPackets ?? 0)),
  },
  {
    name: 'rtsp_parity_packets',
    help: 'Packets of parity that were sent to the present viewers of RTSP.',
    read: (viewers) => sumOf(viewers.map(({ fec }) => fec?.sentPackets ?? 0)),
  },
]

function receptionsOf(viewers: readonly RtspSessionStatus[]) {
  return viewers.flatMap(({ tracks }) => tracks.flatMap(({ reception }) => reception ?? []))
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
