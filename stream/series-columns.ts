import type { BinnedKind } from './bin-level.ts'
import type { ViewerSide } from './record.ts'

/** What is drawn of each side. The link's truth is of its downlink. */
const ofSide = {
  deliveredBytes: 'sum', // by the link, with all headers
  queueingDelayMs: 'mean', // of what the link delivered
  lostPackets: 'sum', // by the link's loss process; of UDP only RTP packets
  tailDroppedPackets: 'sum',
  blockedPackets: 'sum',
  bufferSeconds: 'held',
  shownBitsPerSecond: 'held',
  intactFrames: 'sum',
  damagedFrames: 'sum',
  frozenFrames: 'sum',
  behindMs: 'mean',
  roundTripMs: 'held', // HLS: the modelled sender's smoothed one; UDP: by RTCP
} as const satisfies Record<string, BinnedKind>

const ofRun = {
  rateBitsPerSecond: 'held', // of the downlink; Infinity while it is unlimited or follows a trace
  windowSegments: 'held', // of the modelled sender
  inFlightSegments: 'held',
  thresholdSegments: 'held',
  retransmittedSegments: 'sum',
  reportedLostPackets: 'sum', // by RTCP
  givenUpPackets: 'sum', // by the UDP viewer's jitter buffer
  latePackets: 'sum', // of those
} as const satisfies Record<string, BinnedKind>

export type SideColumn = keyof typeof ofSide
export type RunColumn = keyof typeof ofRun
export type SeriesName = RunColumn | `${ViewerSide}.${SideColumn}`
export type SideNames = { readonly [column in SideColumn]: SeriesName }

/** The names of each side's columns, made once. */
export const sideNames: Readonly<Record<ViewerSide, SideNames>> = { hls: namesOf('hls'), udp: namesOf('udp') }

/** How every column of a run comes together. */
export const seriesKinds = {
  ...ofRun,
  ...kindsOf('hls'),
  ...kindsOf('udp'),
} as Readonly<Record<SeriesName, BinnedKind>>

function namesOf(side: ViewerSide): SideNames {
  return Object.fromEntries(Object.keys(ofSide).map((column) => [column, `${side}.${column}`])) as SideNames
}

function kindsOf(side: ViewerSide): Partial<Record<SeriesName, BinnedKind>> {
  return Object.fromEntries(Object.entries(ofSide).map(([column, kind]) => [`${side}.${column}`, kind]))
}
