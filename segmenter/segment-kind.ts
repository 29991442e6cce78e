/** What the media segments of a package are: MPEG transport streams, or these and fragmented MP4 beside them. */
export const segmentKinds = ['ts', 'fmp4'] as const
export type SegmentKind = (typeof segmentKinds)[number]

/** The multivariant playlist of every package. */
export const MASTER = 'master.m3u8'

/** That of the fragmented MP4. */
export const FMP4_MASTER = 'master-fmp4.m3u8'

/** The playlist, of either kind, that has ranges of one file where this one has files. */
export function singleFileName(playlist: string): string {
  return playlist.replace(/\.m3u8$/, '-single.m3u8')
}
