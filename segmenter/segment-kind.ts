/** What the media segments of a package are: MPEG transport streams, or these and fragmented MP4 beside them. */
export const segmentKinds = ['ts', 'fmp4'] as const
export type SegmentKind = (typeof segmentKinds)[number]

/** The multivariant playlist of the fragmented MP4. */
export const FMP4_MASTER = 'master-fmp4.m3u8'
