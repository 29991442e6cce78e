/** Every text of the compare page, a constant a part of the page. */

export const sideWords = { hls: 'HLS', udp: 'UDP' } as const

/** The two sides: which comparison runs, and how their pictures lie to each other. */
export const pairWords = {
  view: 'What is shown',
  views: { hls: 'HLS', udp: 'UDP', both: 'Side by side' },
  comparison: {
    adaptive: (udpVariant: string) => `HLS with ABR against UDP fixed at ${udpVariant}`,
    alike: (variant: string) => `Both fixed at ${variant}: the same pictures, two transports`,
    fixed: (hlsVariant: string, udpVariant: string) => `HLS fixed at ${hlsVariant} against UDP fixed at ${udpVariant}`,
  },
  best: 'the best variant',
  holdInStep: 'Hold in step',
  holdInStepTitle:
    'Both pictures at the same place of the video. UDP is the clock; HLS waits, plays up to 5 % faster or slower, or leaves out what a stall has cost it.',
  apart: (aheadMs: number) =>
    Math.abs(aheadMs) < 10
      ? 'together'
      : `HLS ${Math.abs(aheadMs) < 1000 ? `${Math.round(Math.abs(aheadMs))} ms` : `${(Math.abs(aheadMs) / 1000).toFixed(1)} s`} ${aheadMs > 0 ? 'ahead' : 'behind'}`,
  apartTitle: 'How far the two pictures lie apart in the video. Measured in this page.',
  sound: 'Sound',
  soundFrom: 'Sound from',
  speed: 'Speed of HLS',
  speedInStep: 'Held in step, HLS plays as fast as UDP comes',
  captions: 'Captions',
  noCaptions: 'No captions',
  fullScreenOf: (side: string) => `Full screen, ${side} alone`,
  fullScreenOfBoth: 'Full screen, both',
} as const

/** What a stage says while it shows no moving picture. */
export const stageWords = {
  starting: 'Starting',
  stalled: 'Stalled',
  held: 'Waits for UDP',
  noKeyframe: 'Waiting for a whole keyframe',
  blockedUdp: {
    message: 'This network blocks UDP: no packet of the video comes through.',
    whatToDo: 'HLS still plays, over TCP. Or let UDP pass again in the network panel.',
  },
} as const

/** Below the pictures, unfolded on demand. */
export const detailWords = {
  figures: 'All figures',
  figuresCaption: 'Measured in this page',
  downloads: 'Download',
  source: 'Source file',
  sourceTitle: 'The video as it was uploaded',
  playlist: 'HLS playlist',
  playlistTitle: 'The multivariant playlist of the package, for any player; past the link',
} as const
