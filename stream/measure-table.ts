/** Whether a number was taken from what really happened, from the emulated network or the modelled TCP, or worked out
 *  with an assumption that its definition names. */
export type MeasureKind = 'measured' | 'modelled' | 'estimated'

/** Everything that page, report, CSV and documents say of a measure. */
export type Measure = {
  readonly label: string
  readonly unit: '' | 'ms' | 's' | '%' | '1/min' | 'Mbit/s' | 'MB' | 'frames' | 'packets' | 'dB'
  readonly perUnit: number // the value in this table's units is the measured one times this
  readonly digits: number // after the point, as it is shown
  readonly kind: MeasureKind
  readonly definition: string
  readonly source: string
}

export type MeasureKey = keyof typeof MEASURES

const OURS = 'our own definition'
const PLAYBACK = 'in the style of CTA-2066' // its text was not to be had when this was written
const XR = 'RFC 3611 section 4.7.2'

type Said = Pick<Measure, 'label' | 'definition'> & Partial<Pick<Measure, 'kind' | 'source' | 'digits'>>

const of =
  (unit: Measure['unit'], perUnit: number, digits: number) =>
  (said: Said): Measure => ({ unit, perUnit, digits, kind: 'measured', source: OURS, ...said })

const ms = of('ms', 1, 0)
const seconds = of('s', 1 / 1000, 1) // of ms
const ratio = of('%', 100, 1)
const count = of('', 1, 0)
const frames = of('frames', 1, 0)
const packets = of('packets', 1, 0)
const megabits = of('Mbit/s', 1 / 1_000_000, 2) // of bit/s
const megabytes = of('MB', 1 / 1_000_000, 2) // of bytes
const likeness = of('', 1, 4)
const decibels = of('dB', 1, 1)
const perMinute = of('1/min', 1, 1)

/** All measures of one side of a run, in the order in which they are shown. Values are milliseconds, bytes, bits a second,
 *  ratios from 0 to 1 and counts; `perUnit` makes of them what is shown. */
export const MEASURES = {
  startupMs: ms({
    label: 'Startup',
    definition: 'From the wish to play until the first picture is shown, or of sound alone the first sound is heard.',
    source: PLAYBACK,
  }),
  watchedMs: seconds({
    label: 'Watched',
    definition: 'From the first picture on, standstills counted in, pauses left out: what all ratios of time are over.',
  }),
  stallCount: count({
    label: 'Stalls',
    definition:
      'How often the playhead stood still for more than 100 ms after the first picture, neither paused nor seeking.',
    source: PLAYBACK,
  }),
  stallMs: seconds({
    label: 'Stalled',
    definition: 'How long all stalls lasted together; the startup is not counted.',
    source: PLAYBACK,
  }),
  longestStallMs: seconds({
    label: 'Longest stall',
    definition: 'How long the longest stall lasted.',
    source: PLAYBACK,
  }),
  stallRatio: ratio({
    label: 'Stall ratio',
    digits: 2,
    definition: 'Time stalled over time watched. (P.1203 would divide by the length of the media.)',
    source: PLAYBACK,
  }),
  stallsPerMinute: perMinute({ label: 'Stall rate', definition: 'Stalls a minute watched.', source: PLAYBACK }),
  freezeCount: count({
    label: 'Freezes',
    definition: 'How often no new picture came for more than 150 ms and more than three frame intervals.',
  }),
  freezeMs: seconds({
    label: 'Frozen',
    definition: 'How long all freezes lasted together, each from the moment at which the next picture was due.',
  }),
  freezeRatio: ratio({ label: 'Freeze ratio', digits: 2, definition: 'Time frozen over time watched.' }),
  presentedFrameRatio: ratio({
    label: 'Frames presented',
    definition: 'Frames shown over frames due: time watched times the frame rate. A stall costs as a freeze does.',
  }),
  intactFrameRatio: ratio({
    label: 'Frames intact',
    definition:
      'Frames shown of which every packet came in time, and of all frames that they lean on, over frames due. HLS shows no others.',
  }),
  damagedFrames: frames({
    label: 'Damaged',
    definition: 'Frames shown with a part missing, or leaning on such a frame, until the next keyframe.',
  }),
  frozenFrames: frames({
    label: 'Not shown',
    definition: 'Frames that were due and could not be shown at all: the picture before them stayed.',
  }),
  displayedSsim: likeness({
    label: 'Displayed quality (SSIM)',
    kind: 'estimated',
    definition:
      'After the run, for each frame interval watched: the picture that stood on the screen against the best variant’s of the frame due at the median latency of this side’s pictures since the wish to play; luma, at the best variant’s size (at most 1280 × 720), the mean (ffmpeg’s ssim filter). Standstills and damage cost alike. Both are decoded anew from the package: UDP without the packets that the viewer went without, and ffmpeg may mend the gaps in another way than the browser did.',
  }),
  displayedSsimDb: decibels({
    label: 'Displayed quality, in decibels',
    kind: 'estimated',
    definition:
      'That mean as −10 × log10(1 − SSIM), in which small differences near 1 can be told apart. None where nothing differed.',
  }),
  shownBitsPerSecond: megabits({
    label: 'Bitrate shown',
    definition: 'The mean bitrate of the variants shown, each weighted with the time for which it was watched.',
  }),
  variantSwitches: count({ label: 'Switches', definition: 'How often another variant came on the screen.' }),
  switchedBitsPerSecond: megabits({
    label: 'Sum of switches',
    definition: 'By how much the bitrate changed, the steps up and down added together.',
  }),
  receivedBytes: megabytes({
    label: 'Received',
    definition: 'Media that came: whole segments on HLS, RTP packets with their headers on UDP.',
  }),
  wireBytes: megabytes({
    label: 'Sent',
    kind: 'modelled',
    definition:
      'What the server put on the downlink: headers down to IP’s, retransmissions and cancelled segments counted in.',
  }),
  efficiencyRatio: ratio({
    label: 'Efficiency',
    kind: 'estimated',
    definition:
      'Media bytes of use over bytes sent. HLS: whole segments. UDP: payloads, less packets that came late or of frames that were not shown, each taken as a mean one.',
  }),
  expectedPackets: packets({
    label: 'Expected',
    source: 'RFC 3550 appendix A.3',
    definition: 'RTP packets of picture and sound that came or were missed.',
  }),
  lostPackets: packets({
    label: 'Lost',
    source: 'RFC 3550 appendix A.3',
    definition: 'RTP packets that never came: gaps in the sequence numbers that nothing filled.',
  }),
  latePackets: packets({
    label: 'Late',
    source: 'RFC 7002',
    definition: 'RTP packets that came after the jitter buffer had given them up, and were discarded.',
  }),
  repairedPackets: packets({
    label: 'Repaired',
    source: 'RFC 4588, RFC 5109',
    definition: 'RTP packets that did not come, and were sent again or recovered by parity in time.',
  }),
  lateRepairs: packets({
    label: 'Repaired too late',
    source: 'RFC 4588, RFC 5109',
    definition: 'RTP packets that were sent again or recovered by parity after the jitter buffer had given them up.',
  }),
  repairDelayMs: ms({
    label: 'Repair delay',
    definition:
      'From the moment at which a packet was missed until it was sent again or recovered by parity, the mean of those repaired in time: so much of the jitter buffer repair needs.',
  }),
  residualLossRatio: ratio({
    label: 'Residual loss',
    digits: 2,
    definition: 'Packets that neither came in time nor were repaired, over packets expected.',
  }),
  repairOverheadRatio: ratio({
    label: 'Repair overhead',
    digits: 2,
    definition: 'Bytes of retransmissions and parity that came, over those of the media’s packets that came.',
  }),
  effectiveLossRatio: ratio({
    label: 'Effective loss',
    digits: 2,
    source: OURS,
    definition:
      'Packets lost, late, or of frames that could not be shown (where the outline tells which), over packets expected. TCP loses none: it pays in time.',
  }),
  discardRatio: ratio({
    label: 'Discarded',
    digits: 2,
    source: 'RFC 3611 section 4.7.1',
    definition: 'Packets that came too late over packets expected.',
  }),
  burstCount: count({
    label: 'Bursts of loss',
    source: XR,
    definition:
      'Runs of video packets, or of those of sound alone, that begin and end with a missing one and hold no 16 in a row that came (Gmin 16).',
  }),
  burstDensity: ratio({
    label: 'Burst density',
    source: XR,
    definition: 'Missing packets of those within bursts.',
  }),
  gapDensity: ratio({
    label: 'Gap density',
    digits: 2,
    source: XR,
    definition: 'Missing packets of those outside of bursts.',
  }),
  meanBurstMs: ms({
    label: 'Mean burst',
    kind: 'estimated',
    source: XR,
    definition: 'How long a burst lasted on average, its packets taken as evenly spaced.',
  }),
  meanGapMs: seconds({
    label: 'Mean gap',
    kind: 'estimated',
    source: XR,
    definition: 'How long it was between bursts on average, the packets taken as evenly spaced.',
  }),
  behindMsP50: ms({
    label: 'Behind, median',
    definition:
      'How far behind a viewer without a network: time since the wish to play, less pauses, less what was played. By the code burnt into the picture where the clip has one, else by the playhead. Of a channel: time from the capture of a picture until it is shown. Half of the moments were below.',
  }),
  behindMsP95: ms({
    label: 'Behind, 95 %',
    definition: 'As the median, for the moment that only 5 % of all exceeded.',
  }),
  behindDriftMs: ms({
    label: 'Drift',
    definition: 'By how much further behind the newest picture was than the first one since the newest wish to play.',
  }),
  captureToPublishMsP50: ms({
    label: 'To publish, median',
    definition:
      'Of a channel: from the capture of a picture until a viewer could have it, encoded and, for HLS, in its part or its whole segment; by the server’s clock. The three stretches of a picture add up to how far behind it was.',
  }),
  captureToPublishMsP95: ms({
    label: 'To publish, 95 %',
    definition: 'As the median, for the time that only 5 % of the pictures exceeded.',
  }),
  publishToReceivedMsP50: ms({
    label: 'To receive, median',
    definition:
      'Of a channel: from then until the viewer had all of the picture, how long it waited before it asked counted in. Two clocks, known to half a round trip.',
  }),
  publishToReceivedMsP95: ms({
    label: 'To receive, 95 %',
    definition: 'As the median, for the time that only 5 % of the pictures exceeded.',
  }),
  receivedToShownMsP50: ms({
    label: 'To show, median',
    definition: 'Of a channel: from then until the picture was on the screen.',
  }),
  receivedToShownMsP95: ms({
    label: 'To show, 95 %',
    definition: 'As the median, for the time that only 5 % of the pictures exceeded.',
  }),
  longestCatchUpMs: ms({
    label: 'Longest catching up',
    definition:
      'Of a channel: the longest time from the first picture after a standstill until the latency was back within 300 ms, or a tenth, of what it had been. None of which that was so.',
  }),
  linkOfferedPackets: packets({
    label: 'Link: offered',
    kind: 'modelled',
    definition: 'Packets that the server gave to the downlink of this side, all kinds.',
  }),
  linkLostPackets: packets({
    label: 'Link: lost',
    kind: 'modelled',
    definition: 'Packets that the loss process of the downlink took, after the queue.',
  }),
  linkTailDroppedPackets: packets({
    label: 'Link: queue full',
    kind: 'modelled',
    definition: 'Packets that found the downlink’s queue full.',
  }),
  linkBlockedPackets: packets({
    label: 'Link: blocked',
    kind: 'modelled',
    definition: 'Packets that a network without UDP did not let through.',
  }),
  queueingDelayMsMean: ms({
    label: 'Queueing, mean',
    digits: 1,
    kind: 'modelled',
    definition: 'How long a packet that came through had waited before its first bit was sent, on average.',
  }),
  queueingDelayMsP95: ms({
    label: 'Queueing, 95 %',
    digits: 1,
    kind: 'modelled',
    definition: 'The wait that only 5 % of the packets exceeded, to a 64th.',
  }),
  utilisationRatio: ratio({
    label: 'Utilisation',
    kind: 'modelled',
    definition: 'What was delivered or lost after the queue over what the downlink could have carried.',
  }),
} satisfies Record<string, Measure>

export const MEASURE_KEYS = Object.keys(MEASURES) as readonly MeasureKey[]

/** A value as it is shown, in the table's unit and digits, without the unit. */
export function formatMeasure(key: MeasureKey, value: number): string {
  const { perUnit, digits } = MEASURES[key]
  return (value * perUnit).toFixed(digits).replace(/^-(?=[0.]+$)/, '') // a nothing has no sign
}
