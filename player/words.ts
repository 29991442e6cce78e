/** Every text of the pages, a constant a part of a page: library, compare and report. Units and signs stand where they are
 *  used; what the server, a profile or `stream/` says comes in its own words, and the HTML files have a title and a
 *  sentence for browsers without scripts. A lint rule keeps literals out of the JSX. */

import { wayWords } from './way-words.ts'

export const sideWords = { hls: 'HLS', udp: 'UDP' } as const

export const congestionControlWords = { cubic: 'CUBIC', reno: 'Reno', bbr: 'BBR' } as const

/** Units that are words. */
export const unitWords = { packets: 'pkts', frames: 'frames', segments: 'segments', aMinute: 'a min' } as const

/** The frame of every page. */
export const shellWords = {
  name: 'Weir',
  titled: (page: string) => `${page} · Weir`,
  pages: 'Pages',
  library: 'Library',
  compare: 'Compare',
  lab: 'Lab',
  realtime: 'Realtime',
  changeTo: { dark: 'Change to dark colours', light: 'Change to light colours' },
  notLoaded: 'This part of the page could not be loaded.',
  loadAgain: 'See whether the server runs, then load the page again.',
} as const

/** Where the server gives no words of its own. */
export const requestWords = {
  noAnswer: 'The server does not answer. Is it still running?',
  unexpected: (status: number, statusText: string) => `The server answered ${status} ${statusText}.`,
  noAnswerToRun: 'The server does not answer.',
  runRefused: (code: string) => `The server takes no more of this run: ${code}.`,
} as const

export const libraryWords = {
  choose: 'Choose videos to upload',
  upload: 'Upload a video',
  empty: {
    title: 'No videos yet',
    how: 'Drop a video file anywhere on this page. It becomes an HLS stream and an RTSP address, and you can watch it over both.',
    sample: 'A new library gets a sample clip by itself, a few seconds after the first start.',
  },
  drop: 'Drop a video anywhere on this page',
  dropHere: 'Drop to upload',
  deleted: (title: string) => `Deleted “${title}”`,
  undo: 'Undo',
  listsAgain: 'The page lists the videos again as soon as it is back.',
  unchanged: 'Nothing was changed.',
} as const

const left = (time: string) => `${time} left`

/** A video in the library, and what it waits for. */
export const videoWords = {
  left,
  live: 'Live',
  queued: 'Waits for its turn',
  segmenting: (what: string) => `Segmenting ${what}`,
  playable: (done: string) => `Playable already · segmenting ${done}`,
  failed: 'Failed',
  tryAgain: 'Try again',
  addresses: 'Addresses',
  deleteOf: (title: string) => `Delete ${title}`,
  deleteTitle: 'Delete',
} as const

export const uploadWords = {
  title: 'Uploads',
  of: (name: string) => `Upload of ${name}`,
  unnamed: 'video',
  left,
  share: (sent: string, whole: string) => `${sent} of ${whole}`,
  pausedAt: (share: string) => `Paused at ${share}`,
  stoppedAt: (share: string) => `Stopped at ${share}. Choose the same file to go on from there.`,
  failed: 'The upload failed.',
  lost: 'The connection was lost and did not come back.',
  chooseAgain: (name: string) => `Choose ${name} again`,
  chooseFile: 'Choose the file',
  pause: 'Pause',
  goOn: 'Go on',
  tryAgain: 'Try again',
  refused: 'Refused',
  dismiss: 'Dismiss',
  discard: 'Discard',
} as const

/** For an address without a video; the library's name is a link. */
export const compareWords = {
  chooseAnother: 'Choose another in the',
  library: 'library',
} as const

/** The network panel. */
export const networkWords = {
  title: 'Network',
  preset: 'Preset',
  presetTitle: 'A named network',
  noPreset: (name: string) => `There is no network preset "${name}".`,
  own: 'Your own',
  changed: (title: string) => `${title}, changed`,
  asPreset: 'as the preset has it',
  varies: 'varies',
  unlimited: 'unlimited',
  exact: (label: string, unit: string) => `${label}, exact, ${unit}`,
  block: 'Block UDP',
  blockTitle: 'As some offices do: nothing of UDP passes, TCP does',
  blockRtsp: 'Block RTSP',
  blockRtspTitle: 'As strict firewalls do: no RTSP connection stands, HTTP does; with UDP blocked, HTTP alone passes',
  more: 'More of this network',
  losses: 'Losses come',
  lossesTitle: 'In bad moments, both sides lose what leaves at the same times. The other kinds draw for each packet.',
  lossKinds: {
    'bad-moments': 'in bad moments',
    'gilbert-elliott': 'in bursts of packets',
    random: 'packet by packet',
  },
  notAlike: 'HLS and UDP meet the same statistics, not the same moments.',
  uplink: 'Uplink',
  transports: 'TCP and UDP',
  congestionControl: 'Congestion control',
  congestionControlTitle: 'How the modelled TCP sender of HLS finds its rate',
  lines: 'Lines',
  linesTitle:
    'One each: HLS and UDP never meet, and have the same weather. One for both: they compete in one queue. Another choice begins the network anew.',
  sharings: { separate: 'one each, alike', shared: 'one for both' },
  seed: 'Seed',
  seedTitle: 'The same seed and the same settings lose the same packets again.',
  anotherSeed: 'Another seed',
  startAnew: 'Start anew',
  startAnewTitle:
    'Both sides from their start, and link time 0 again: the same seed from its beginning, counters at zero',
} as const

/** The sliders of the network panel: for each its label and what it sets. */
export const controlWords = {
  rateBitsPerSecond: ['Rate', 'What the downlink carries; empty is no limit'],
  oneWayDelayMs: ['Delay', 'How long each packet travels, one way, in both directions'],
  lossRatio: ['Loss', 'Mean share of the packets that the downlink loses'],
  meanBurstMs: ['Lasting', 'How long a bad moment lasts on average; every packet that leaves in one is lost'],
  meanBurstPackets: ['Burst', 'How many packets in a row are lost, on average'],
  jitterMs: ['Jitter', 'Up to so much more delay, another for each packet; packets keep their order'],
  queueMs: ['Queue', 'How much the line keeps waiting at its rate before it drops what comes'],
  uplinkRateBitsPerSecond: ['Rate', 'What the uplink carries: requests, acknowledgements, reports; empty is no limit'],
  uplinkOneWayDelayMs: ['Delay', 'How long each packet travels on the uplink'],
} as const

/** What makes a rate vary: for each of its numbers a label and what it is. */
export const generatorWords = {
  steps: {
    title: 'Steps',
    rates: ['Rates', 'One after the other, then from the first again; 0 is an outage'],
    each: ['Each for', 'How long each of the rates lasts'],
  },
  spike: {
    title: 'Spike',
    rate: ['Rate', 'The rate between the spikes'],
    inSpike: ['In the spike', 'The rate in a spike; 0 is an outage'],
    every: ['Every', 'From the end of one spike to the end of the next'],
    lasts: ['For', 'How long a spike lasts'],
  },
  sawtooth: {
    title: 'Sawtooth',
    from: ['From', 'Where each rise begins'],
    to: ['To', 'Where it ends and falls at once'],
    rising: ['Rising for', 'How long a rise lasts, in 20 stairs'],
  },
  markov: {
    title: 'LTE-like',
    rates: ['Rates', 'It wanders between neighbours of these, as the seed has it'],
    staying: ['Staying', 'How long it stays at a rate, on average'],
    outages: ['Outages', 'Handovers that interrupt for 0.3 to 1.5 s'],
  },
} as const

export const rateWords = {
  title: 'Varying rate and traces',
  line: 'Line',
  lineTitle: 'Which direction the rate below is that of',
  downlink: 'Downlink',
  uplink: 'Uplink',
  kind: 'Its rate',
  kindTitle: 'Constant, made from a few numbers, or as a trace file has it',
  constant: 'Constant',
  trace: 'From a trace file',
  traceNote: 'A trace has no room in the address of the page: save the network as a file to have it again.',
  open: 'Open a trace',
  openTitle:
    'A file of mahimahi (a millisecond a line), of sabre (JSON with duration_ms, bandwidth_kbps, latency_ms) or a JSON list of [kbit/s, seconds]; it may be dropped here',
  sketch: 'How the rate goes over its period, at most two minutes of it',
  period: 'Repeats after',
  mean: 'Mean Mbit/s',
  lowest: 'Lowest',
  highest: 'Highest',
  tooLarge: (sizeBytes: number, mostBytes: number) =>
    `must be at most ${mostBytes} bytes of JSON, got ${sizeBytes}; a part of it will do`,
} as const

export const changeWords = {
  title: 'Scheduled changes',
  none: 'Nothing changes by itself. Plan what the network does at a second of link time; Start anew goes back to 0.',
  at: 'At this second of link time',
  what: 'What changes',
  to: 'To what',
  kinds: { rate: 'Rate', loss: 'Loss', delay: 'Delay', udp: 'UDP' },
  blocked: 'blocked',
  passes: 'passes',
  add: 'Add',
  remove: (at: string, what: string) => `Remove the change at ${at}: ${what}`,
  removeTitle: 'Remove',
  told: {
    uplink: (change: string) => `uplink ${change}`,
    rate: (megabits: string) => `rate ${megabits} Mbit/s`,
    unlimited: 'rate unlimited',
    delay: (ms: number) => `delay ${ms} ms`,
    loss: (percent: number) => `loss ${percent} %`,
    udpBlocked: 'UDP blocked',
    udpPasses: 'UDP passes',
  },
} as const

export const profileWords = {
  title: 'This network as a file',
  open: 'Open',
  openTitle: 'A network as weir.yaml has it under link, or JSON; it may be dropped here',
  saveYaml: 'Save YAML',
  saveYamlTitle: 'As the link part of weir.yaml',
  saveJson: 'Save JSON',
  saveJsonTitle: 'As the body of POST /api/links',
  refused: 'The file was not taken:',
  tooLong: (length: number, most: number) => `must have at most ${most} characters, got ${length}`,
  unreadable: (why: string) => `is neither YAML nor JSON: ${why}`,
} as const

/** Whole sentences that are true whichever sides are shown. */
export const showWords = {
  begin: 'Show me',
  beginTitle: '40 seconds: a perfect network, then losses, then a slow line, then perfect again',
  stop: 'Stop the show',
  stopTitle: 'The network is again as you had it',
  progress: 'The show',
  count: (step: number, of: number) => `${step} of ${of}`,
  steps: {
    whole: {
      title: 'A perfect network',
      look: 'Nothing is lost and nothing waits. Both transports bring the same pictures; HLS fills a buffer ahead, UDP shows each picture a fifth of a second after it comes.',
    },
    lossy: {
      title: 'Now 2 % of the time is lost',
      look: 'TCP sends again what was lost, so HLS stays whole and only its rate falls. UDP does not: look for smears that stay until the next keyframe.',
    },
    slow: {
      title: 'Now the line carries 1 Mbit/s',
      look: 'HLS plays from its buffer, then takes a smaller variant, or stalls. UDP goes on sending more than fits: the queue overflows and the picture breaks.',
    },
    wholeAgain: {
      title: 'Perfect again',
      look: 'UDP is whole from the next keyframe on. HLS fills its buffer first and climbs back to the better variant.',
    },
  },
} as const

export const addressWords = {
  title: 'Open it in another player',
  why: 'VLC, ffplay, a phone or a television becomes one of the two sides: these addresses cross the same network as the pictures above.',
  hls: 'HLS',
  rtsp: 'RTSP',
  copy: (label: string) => `Copy ${label}`,
  copied: 'Copied',
  qr: 'QR code',
  commands: { hls: 'HLS, over TCP', rtsp: 'RTSP, over UDP' },
  players: { vlc: 'VLC', ffplay: 'ffplay', mpv: 'mpv', gstreamer: 'GStreamer' },
  onlyHere: 'Only this machine reaches this address. For a phone or a television start Weir with',
  forOthers: ['--host 0.0.0.0', '--public-url http://<name>:8080'],
  and: 'and',
} as const

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
  variantOf: (side: string) => `Variant of ${side}`,
  autoVariant: 'Auto',
  bestVariant: 'Best',
  holdInStep: 'Hold in step',
  holdInStepTitle:
    'Both pictures at the same place of the video. UDP is the clock; HLS waits, plays up to 10 % faster or slower, or leaves out what a stall has cost it.',
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
  captionsNumbered: (number: number) => `Captions ${number}`,
  fullScreenOf: (side: string) => `Full screen, ${side} alone`,
  fullScreenOfBoth: 'Full screen, both',
} as const

/** The controls of both sides; a title tells the key too. */
export const playWords = {
  play: 'Play',
  pause: 'Pause',
  playAgain: 'Play again',
  position: 'Position',
  positionOf: (at: string, whole: string) => `${at} of ${whole}`,
  soundOn: 'Sound on',
  soundOff: 'Sound off',
  volume: 'Volume',
  fullScreen: 'Full screen',
  keys: { play: 'Space', sound: 'M', fullScreen: 'F' },
  withKey: (label: string, key: string) => `${label} (${key})`,
} as const

/** What brings a side its pictures. */
export const transportWords = {
  tcp: (congestionControl: string) => `TCP modelled (${congestionControl})`,
  'data-channel': wayWords.transports,
  websocket: 'UDP to the gateway, TCP on the last hop',
  media: { nack: 'WebRTC, NACK', noNack: 'WebRTC, no NACK' },
} as const

/** What a side does that takes what gets through. */
export const fallbackWords = {
  title: 'The ways that were tried, since play was asked',
  ways: { 'rtp-udp': 'RTP over UDP', 'rtp-tcp': 'RTP over TCP', hls: 'HLS' },
  because: {
    'no-answer': 'no answer to its set-up',
    'no-packets': 'set up, and no packet came',
    silence: 'no more packets came',
    refused: 'refused',
  },
  leftAt: (seconds: string, why: string) => `left at ${seconds} s: ${why}`,
  picture: (seconds: string) => `first picture at ${seconds} s`,
  tried: 'being tried',
  again: 'Try UDP again',
} as const

/** How UDP began. */
export const startWords = {
  fromKeyframe: (place: string) => `From the keyframe at ${place}`,
  fromSound: (place: string) => `From ${place}`,
  before: (from: string, seconds: string) => `${from}, ${seconds} s before`,
  setup: (modelledMs: string, by: string, apartMs: string) =>
    `Set-up ${modelledMs} ms, modelled (${by}, ${apartMs} ms, apart)`,
  setupBy: { 'data-channel': 'ICE and DTLS', websocket: 'WebSocket' },
} as const

/** UDP as WebRTC media, played by the browser itself. */
export const mediaWords = {
  nack: 'NACK',
  nackTitle: 'Whether the browser asks for lost packets again, and gets them over the same link',
  notTrusted: 'By WebRTC, since this page is neither https nor localhost',
  noSound: 'no sound (the package has no Opus)',
  figures: {
    nacks: 'NACKs sent',
    cameAgain: 'Packets that came again',
    lost: 'Lost, by RTCP',
    toldFreezes: 'Freezes, as the browser tells',
    seenFreezes: 'Freezes, as seen frame by frame',
    jitterBuffer: 'Jitter buffer, mean',
  },
  timesLong: (times: string, seconds: string) => `${times}×, ${seconds} s`,
} as const

/** Why a side does not play, and what may help. */
export const problemWords = {
  undecodable: (details: string) => `The browser cannot decode this video (${details}).`,
  unplayable: 'The browser cannot play this video.',
  notFetched: (answer: string, details: string) => `The video could not be fetched: ${answer} (${details}).`,
  noAnswer: 'no answer',
  answer: (status: number | undefined) => `answer ${status}`,
  notLoaded: 'The player could not be loaded.',
  connectionLost: 'The connection to the server was lost.',
  udpNotTaken: 'The server does not take the connection for UDP.',
  noWebCodecs: (origin: string) =>
    `This browser decodes UDP video only on localhost or over https; this page came from ${origin}.`,
  useHttps: 'Open the page on the machine itself (http://localhost) or start Weir with https. HLS plays here too.',
  playAgain: 'Press play to try again.',
  playAgainOrHls: 'Press play to try again, or switch to HLS.',
  seeServerThenPlay: 'See whether the server runs, then press play.',
  seeServerThenReload: 'See whether the server runs, then reload.',
} as const

/** Apart from the other problems: UDP's worker needs no more. */
export const soundWords = {
  unreadable: (configHex: string, code: string) => `the sound's configuration ${configHex} cannot be read: ${code}`,
} as const

/** What a stage says while it shows no moving picture. */
export const stageWords = {
  starting: 'Starting',
  stalled: 'Stalled',
  held: 'Waits for UDP',
  noKeyframe: 'Waiting for a whole keyframe',
  soundAlone: 'No picture: this is sound alone',
  blockedUdp: {
    message: 'This network blocks UDP: no packet of the video comes through.',
    whatToDo: 'HLS still plays, over TCP. Let UDP pass again in the network panel, or choose a way that falls back.',
  },
  blockedRtsp: {
    message: 'This network lets only HTTP through: the RTSP connection that sets up RTP never stands.',
    whatToDo: 'HLS still plays. Let RTSP pass again in the network panel, or choose a way that falls back.',
  },
} as const

/** The figures of a side: for each its label and its definition. */
export const figureWords = {
  rows: {
    startupMs: [
      'Startup',
      'From the wish to play until the first picture is shown, or sound heard where there is no picture.',
    ],
    stallCount: [
      'Stalls',
      'How often the picture stood still for want of data. HLS: the playhead for more than 100 ms. UDP: no new frame for more than 150 ms and three frame intervals.',
    ],
    stallSeconds: ['Stalled', 'How long all stalls lasted together; the startup is not counted.'],
    bufferSeconds: ['Buffer', 'Video that has arrived and is not yet shown.'],
    bitsPerSecond: [
      'Bitrate',
      'Media that arrived in the last 5 seconds. HLS fetches ahead: it comes in bursts, and stops while the buffer is full.',
    ],
    receivedPackets: ['Received', 'RTP packets of picture and sound that arrived.'],
    lostPackets: ['Lost', 'RTP packets that never came: gaps in the sequence numbers that nothing filled.'],
    latePackets: ['Late', 'RTP packets that came after the jitter buffer had given them up.'],
    missedPackets: [
      'Lost on the way',
      'RTP packets that did not come at first: those repaired and those lost for good.',
    ],
    repairedPackets: ['Recovered in time', 'RTP packets that came back by repair before their picture was due.'],
    lateRepairs: ['Too late', 'RTP packets that came back by repair after the jitter buffer had given them up.'],
    repairOverheadRatio: [
      'Overhead',
      'Bytes of retransmissions and parity that came, over the bytes of the packets that they repair.',
    ],
    repairDelayMs: [
      'Added delay',
      'From the moment at which a packet was missed until it was there again, in the mean: so much of the jitter buffer repair needs.',
    ],
    damagedFrames: [
      'Damaged',
      'Frames shown with a part missing, or leaning on such a frame, until the next keyframe.',
    ],
    frozenFrames: ['Frozen', 'Frames that were due and could not be shown at all: the picture before stays.'],
  },
  noPictures: 'no pictures',
  measuredHere: (definition: string) => `${definition} Measured in this page.`,
  oftenAndLong: (often: string, long: string) => `${often} Then: ${long}`,
} as const

/** What the link did: for each column its label and its definition. */
export const truthWords = {
  caption: 'What the link did, told by the server',
  link: 'Link',
  linkTitle: 'Counted by the server since link time 0: all viewers of this link together',
  lanes: { ...sideWords, both: 'Both' },
  columns: {
    delivered: ['Delivered', 'Packets that came through the downlink'],
    lost: ['Lost', 'Packets that the loss process took, or that were blocked'],
    tailDropped: ['Tail-dropped', 'Packets that found the queue full'],
    queueing: ['Queue, ms', 'How long the packets of the last second had waited before they were sent, on average'],
  },
} as const

/** Below the pictures, unfolded on demand. */
export const detailWords = {
  ownFiguresOf: (side: string) => `What the way of ${side} counts besides`,
  figures: 'All figures',
  figuresCaption: 'Measured in this page',
  downloads: 'Download',
  source: 'Source file',
  sourceTitle: 'The video as it was uploaded',
  package: 'HLS package',
  packageTitle: 'Playlists and segments of all variants as one ZIP archive; any player plays the folder it unpacks to',
  playlist: 'HLS playlist',
  playlistTitle: 'The multivariant playlist of the package, for any player; past the link',
} as const

/** The charts: for each figure its label and its definition. */
export const chartWords = {
  title: 'Charts',
  failed: 'The charts could not be loaded. Fold and unfold them to try again.',
  empty: 'Press play: what both sides and the link do is drawn here as it happens.',
  newest: 'Newest 60 s',
  whole: 'Whole run',
  zoomIn: 'Show less time',
  zoomOut: 'Show more time',
  pause: 'Pause',
  goOn: 'Go on',
  now: 'now',
  hint: 'Drag to zoom, double-click to go back',
  keys: 'With the focus in the charts: + and − or the wheel zoom, arrows move, space pauses, Escape goes back; n and p go to the next fault and the one before, Enter explains it.',
  nextFault: 'Next fault or stall',
  previousFault: 'Fault or stall before',
  explain: 'Explain',
  explainTitle: 'Why this fault or stall came about, below the charts',
  measured: 'Measured.',
  modelled: 'Modelled.',
  stalled: 'stalled',
  frozen: 'frozen',
  seek: 'seek',
  networkChanged: 'network changed',
  changes: {
    rate: (megabits: string) => `${megabits} Mbit/s`,
    noRate: 'no fixed rate',
    loss: (percent: number) => `${percent} % loss`,
    delay: (ms: number) => `${ms} ms delay`,
    jitter: (ms: number) => `${ms} ms jitter`,
    udpBlocked: 'UDP blocked',
    udpPasses: 'UDP passes',
    rtspBlocked: 'RTSP blocked',
    rtspPasses: 'RTSP passes',
  },
  span: (plot: string, from: string, to: string) => `${plot}, ${from} to ${to}`,
  stops: {
    none: 'no fault and no stall',
    stall: (side: string, stood: string, seconds: string) => `${side} ${stood} for ${seconds} s`,
    frames: (side: string, count: number, shown: string) =>
      `${side}: ${count === 1 ? '1 frame' : `${shown} frames`} damaged or not shown`,
    packets: (side: string, count: number, shown: string, cause: string) =>
      `${side}: ${count === 1 ? '1 packet' : `${shown} packets`} ${cause}`,
    place: (said: string, place: number, of: number) => `${said} · ${place} of ${of}`,
  },
  leftOut: 'events left out',
  plots: {
    throughput: 'Rate and throughput',
    seconds: 'Buffer, and how far behind',
    losses: 'Packets lost, so far',
    frames: 'Frames, so far',
    delays: 'Round trip and queue',
    window: 'TCP’s window',
  },
  figures: {
    rate: ['Link', 'The rate that the link is set to, downwards. No line: unlimited, or it follows a trace.'],
    throughput: ['through', 'Bytes of this side that came out of the downlink, with all headers, told by the link.'],
    shown: ['shown', 'BANDWIDTH of the variant whose pictures are shown.'],
    buffer: ['buffer', 'Video that has arrived and is not yet shown, told by the player.'],
    behind: [
      'behind',
      'How far the shown picture is behind a viewer who had no network: time since play was asked for, less pauses, less the video played. From the code in the picture where there is one, else from the playhead.',
    ],
    loss: ['lost', 'Packets that the link’s loss process took.'],
    queue: ['queue full', 'Packets that found the link’s queue full.'],
    blocked: ['blocked', 'Packets that the link blocked.'],
    reported: ['RTCP', 'Cumulative packets lost as the viewer’s receiver reports tell it, RFC 3550 section 6.4.1.'],
    seen: ['given up', 'RTP packets that the player’s jitter buffer gave up waiting for.'],
    late: ['late', 'Of those, packets that came after all, too late. Given up less late is lost.'],
    intact: ['intact', 'Frames shown whole.'],
    damaged: ['damaged', 'Frames shown with a part missing, or leaning on such a frame, until the next keyframe.'],
    frozen: ['frozen', 'Frames that were due and could not be shown: the picture before stays.'],
    roundTripTcp: ['RTT', 'Smoothed round trip of the TCP sender, RFC 6298.'],
    roundTripRtcp: ['RTT', 'Round trip by RTCP: now less last SR less delay since last SR, RFC 3550 section 6.4.1.'],
    queueing: ['queue', 'How long packets waited before their first bit was sent, on average, told by the link.'],
    window: ['window', 'Congestion window of the TCP sender, in segments, RFC 5681.'],
    inFlight: ['in flight', 'Segments sent and not yet acknowledged.'],
    threshold: ['ssthresh', 'Slow start threshold, RFC 5681: below it the window doubles each round trip.'],
    repaired: ['sent again', 'Segments that TCP sent again, RFC 8985: what repairs a loss.'],
  },
  rows: { hlsLink: 'HLS link', udpLink: 'UDP link', rtcp: 'RTCP', player: 'player', hls: 'HLS', udp: 'UDP' },
} as const

const letterWords = {
  I: 'a keyframe (IDR), which leans on nothing',
  P: 'which leans on earlier pictures',
  B: 'which leans on an earlier and a later picture',
} as const

export const whyWords = {
  title: 'Why does it look like this?',
  nothing: 'Nothing to explain yet: no picture was damaged, and none stood still.',
  hint: 'Choose a damaged frame, a loss or a stall in the charts, or unfold the newest one here.',
  newest: 'Back to the newest',
  remarks: {
    sound: 'That packet carried sound: the time of the lost unit stays silent, and no picture is damaged.',
    repaired: 'That packet was one of TCP’s, which sent it again: HLS shows whole pictures, and waits where it has to.',
    unknown: 'Of that, nothing is known that would explain it: no picture leant on it, or it was too long ago.',
  },
  causes: {
    loss: 'lost on the line',
    queue: 'dropped by the full queue',
    blocked: 'blocked: this network lets no UDP through',
    late: 'came after the jitter buffer had given it up',
    gateway: 'came through the line, but not on to this browser',
    unknown: 'never came',
  },
  states: { intact: 'intact', damaged: 'damaged', frozen: 'not shown' },
  line: {
    lost: (count: number, numbers: string) => `${count === 1 ? 'packet' : `${count} packets,`} ${numbers} lost`,
    run: (first: string, last: string) => `${first} to ${last}`,
    carried: (what: string, frame: string, letter: string) => `${what} of frame ${frame} (${letter})`,
    parameterSets: 'parameter sets',
    slices: (count: number) => (count === 1 ? 'slice' : `${count} slices`),
    frames: (count: number, shown: string) => (count === 1 ? '1 frame' : `${shown} frames`),
    toKeyframe: (frames: string) => `${frames} to IDR`,
    noDamage: 'no damage',
    stoodStill: (isOver: boolean, seconds: string) => `stood still ${isOver ? '' : 'so far '}${seconds} s`,
    waitedFor: (segment: string, megabits: string) => `waited for ${segment} at ${megabits} Mbit/s`,
  },
  sentences: {
    morePackets: (count: string) => `and ${count} more of this frame`,
    frame: (frame: string, letter: keyof typeof letterWords) => `frame ${frame} (${letter}, ${letterWords[letter]})`,
    parameterSets: (size: string, frame: string) => `${size} of parameter sets of ${frame}.`,
    onlySlice: 'the only slice',
    someSlices: (count: number, all: number) => `${count} of the ${all} slices`,
    carried: (lostBytes: string, bytes: string, slices: string, frame: string) =>
      `${lostBytes} of the ${bytes} bytes of ${slices} of ${frame}.`,
    brokenSince: (frame: string) => `The picture had been broken since frame ${frame}.`,
    noSliceLost: 'None: no slice was lost.',
    disposable: (frame: string) => `None: frame ${frame} is disposable (nal_ref_idc 0).`,
    spread: (frames: string, notShown: string | undefined) =>
      `${frames}: this one and all after it that lean on it, directly or through others${notShown === undefined ? '' : `; ${notShown} of them could not be shown`}.`,
    keyframe: (frame: string, place: string) =>
      `Frame ${frame} at ${place}: a keyframe (IDR) leans on nothing before it. If it comes whole, so is the picture.`,
  },
  cell: {
    keyframe: 'I',
    nextKeyframe: (frame: string) => `Frame ${frame}: the next keyframe`,
    frame: (frame: string, place: string, told: string) => `Frame ${frame} at ${place}: ${told}`,
    disposable: (letter: string) => `${letter}, disposable`,
    lost: (count: number) => `lost ${count === 1 ? 'a packet' : `${count} packets`} of its own`,
  },
  steps: {
    packets: { title: 'Packets', source: 'RFC 3550 section 5.1' },
    nals: { title: 'What they carried', source: 'RFC 6184 sections 5.6 to 5.8' },
    frames: { title: 'Which frames lean on it', source: 'ISO/IEC 14496-10 sections 7.4.3 and 8.2.5' },
    end: { title: 'What ends it', source: 'ISO/IEC 14496-10 section 7.4.1.2.4' },
  },
  stallSteps: {
    reason: 'The reason',
    waitedFor: { title: 'What it waited for', source: 'RFC 8216 section 6.3.3' },
    download: { title: 'Its download', source: 'RFC 9438; RFC 6298; RFC 8985' },
  },
  packetColumns: { number: 'Number', size: 'Size', cause: 'What happened to it' },
  moments: { request: 'at the server', firstByte: 'first byte', lastByte: 'last byte', pending: 'not yet' },
  figures: {
    got: 'It came with',
    needed: 'The variant needs',
    line: 'The line carries',
    window: 'Window ÷ round trip',
    roundTrip: 'Round trip',
    queueing: 'Queueing delay',
    lost: 'Lost on the line',
    dropped: 'Dropped by the queue',
    repeated: 'Sent again',
    timeouts: 'Timeouts',
  },
  ownLoss: 'lost packets of its own',
  nothingAsked: 'Nothing had been asked for.',
  askedFor: (segment: string, size: string | undefined, secondsLeft: string | undefined) => {
    const sized = size === undefined ? segment : `${segment}, ${size}`
    return `${sized}, asked for${secondsLeft === undefined ? '' : ` when ${secondsLeft} s were left to play`}.`
  },
  stripHelp: 'Frames in the order in which they are shown. Arrow keys go from frame to frame.',
  cutNal: 'A decoder dies of a NAL unit with a hole, so it gets whole ones only.',
  headersOnly: 'Parameter sets and SEI only; the decoder keeps the ones it has.',
  ends: {
    harmless: 'Nothing to end: no slice was lost, so no picture is damaged.',
    frame: 'It ends with this frame: no other frame leans on a disposable one.',
    video: 'There is no later keyframe: it lasts until the end.',
  },
  waterfall: {
    asked: 'asked',
    request: 'request on its way',
    waiting: 'waiting for the first byte',
    download: 'download',
    cancelled: 'given up',
    stall: 'picture stood still',
    window: (lowest: number, highest: number) => `Window of the modelled TCP sender, segments: ${lowest} to ${highest}`,
    underWay: (segment: string) => `${segment} is under way`,
    came: (segment: string, time: string) => `${segment} came after ${time}`,
    gaveUp: (segment: string, time: string) => `${segment} was given up after ${time}`,
    around: (time: string, downloads: string) => `Downloads around the stall of ${time}: ${downloads}`,
    lost: 'lost',
    dropped: 'queue full',
  },
} as const

/** A run's measures and its report: on the page, and in the file that is kept. */
export const reportWords = {
  title: 'Report of this run',
  empty: 'Press play: a run begins, and all its measures stand here as it goes.',
  recording: 'This run is being recorded.',
  recorded: 'This run has been recorded.',
  beginning: 'The record of this run begins…',
  notRecorded: 'This run is not recorded, and has no files:',
  caption: 'Measures of both sides by the same definitions',
  measure: 'Measure',
  kind: 'How it is known',
  none: 'none',
  files: {
    report: ['Report', 'All of this run as one HTML file: charts, measures, network, versions'],
    record: ['Record', 'Everything that the run told, as JSON lines'],
    results: ['Results', 'The measures as CSV'],
    capture: ['Capture', 'RTP and RTCP as they left and as they arrived, as pcapng for Wireshark'],
  },
  copyAddress: 'Copy the address of this run',
  earlier: 'Earlier runs of this video',
  noEarlier: 'There are none yet.',
  earlierProblem: 'Earlier runs could not be listed:',
  of: (title: string) => `Run of ${title}`,
  lasted: (seconds: string) => `${seconds} long`,
  sections: {
    said: 'In short',
    measures: 'Measures',
    charts: 'Charts',
    network: 'Network',
    run: 'What was run',
    versions: 'Versions',
  },
  facts: {
    video: 'Video',
    frames: 'Frames a second',
    view: 'Shown',
    variant: 'variant',
    adaptive: 'chosen as it played (ABR)',
    jitterBuffer: 'Jitter buffer of UDP',
    transport: 'UDP came by',
    transports: { 'data-channel': 'a data channel, or a WebSocket where that failed', ws: 'a WebSocket' },
    inStep: 'Held in step',
    yes: 'yes',
    no: 'no',
    from: 'From',
    link: 'Link',
    run: 'Run',
  },
  noCharts: 'Nothing was told in this run that could be drawn.',
  profile: 'The whole network as JSON',
  repeat: 'Open it again',
  repeatNote:
    'This address sets the same network, seed, sides and variants. Press Start anew there, and the seed begins with its first draw.',
  traceNote: 'The rate follows a trace, for which an address has no room: open the network below as a file there.',
  noRepeat: 'The record of this run does not tell the address of its page.',
  unreadable: 'This file has no run in it.',
} as const

/** How like what stood on the screen was to what was due. */
export const qualityWords = {
  title: 'Displayed quality',
  measure: 'Measure displayed quality',
  again: 'Try again',
  note: 'Compares what stood on the screen with what was due, frame by frame (SSIM), now that the run is over.',
  waiting: 'Waits for another measurement',
  measuring: 'Compares the pictures',
  giveUp: 'Give up',
  failed: 'It could not be measured:',
  none: 'Neither side showed a picture.',
  ssim: (ssim: string, decibels: string | undefined) =>
    decibels === undefined ? `SSIM ${ssim}, identical` : `SSIM ${ssim}, ${decibels} dB`,
  how: (slots: number, others: number, size: string) =>
    `${slots} frame intervals, ${others} of which showed another frame than the one due; compared at ${size}`,
  estimate: 'Estimated for UDP: ffmpeg mends gaps in another way than a browser may.',
} as const

/** One number for a side, with what it is made of. */
export const scoreWords = {
  title: 'Composite score',
  term: 'Term, in kbit/s',
  total: 'Score, in kbit/s',
} as const

/** A network in words, for people who read a report. */
export const networkRowWords = {
  preset: 'Began as',
  seed: 'Seed',
  rate: 'Rate',
  delay: 'Delay, one way',
  loss: 'Loss',
  jitter: 'Jitter',
  queue: 'Queue',
  uplink: 'Uplink',
  tcp: 'TCP',
  sharing: 'Both sides',
  udp: 'UDP',
  changes: 'Scheduled changes',
  unlimited: 'unlimited',
  varies: 'varies, made from a few numbers',
  trace: 'follows a trace',
  inBytes: 'in bytes',
  separate: 'a line each, the same in all',
  shared: 'one line for both',
  blocked: 'blocked',
  kinds: {
    'bad-moments': (length: string) => `in bad moments of ${length} on average`,
    'gilbert-elliott': (packets: string) => `in bursts of ${packets} packets on average`,
    random: 'each packet by itself',
  },
} as const

/** What the server sees of other players, and what serving costs. */
export const seenWords = {
  title: 'What the server sees of them',
  nobody: 'Nobody else plays through this link yet: open one of the addresses above.',
  rtsp: 'RTSP',
  unnamed: 'a player without a name',
  rtcp: { lost: 'lost', jitter: 'jitter', roundTrip: 'round trip' },
  columns: ['Player', 'Protocol', 'Got', 'Says of itself'],
  packets: (count: string) => `${count} packets`,
  requests: (count: string, bytes: string) => `${count} requests, ${bytes}`,
  cost: (percent: string, memory: string, { http, page, rtsp }: { http: number; page: number; rtsp: number }) =>
    `The server takes ${percent} % of a core and ${memory} of memory (measured, the emulated network among it) for ${http} HLS connections, ${page} pages over UDP and ${rtsp} RTSP sessions.`,
  perViewer: (percent: string) => `About ${percent} % of a core a viewer (estimated: shared out evenly).`,
  sockets: ({ http, page, rtsp }: { http: number; page: number; rtsp: number }) =>
    `Sockets a viewer: HLS ${http}, and none between its requests if it likes; page over UDP ${page}; RTSP ${rtsp}, for as long as its session, with its state.`,
  costTitle:
    'What a media control server costs and plain HTTP does not: sockets and state for as long as somebody watches.',
} as const

const seedCount = (seeds: number) => (seeds === 1 ? 'one seed' : `${seeds} seeds`)

/** The what-if page. */
export const whatIfWords = {
  title: 'What if?',
  titleOf: (video: string) => `What if? ${video}`,
  link: 'What if the network were another?',
  map: 'Map',
  mapOf: (y: string, x: string) => `${y} over ${x.toLowerCase()}: who wins`,
  measure: 'Measure',
  measureTitle: 'What the map shows of each network',
  shownLabel: 'Show',
  shownTitle: 'Which side is better and by how much, or the figure of one side',
  shown: { winner: 'who wins', hls: 'HLS alone', udp: 'UDP alone' },
  up: 'Up',
  across: 'Across',
  axisTitle: 'What grows along this side of the map',
  sides: 'How it is watched',
  variant: 'Variant',
  variantTitle: 'Of both sides, of HLS unless it chooses by itself',
  abr: 'HLS',
  abrTitle: 'Which variant HLS takes next',
  abrRules: {
    fixed: 'always this variant',
    throughput: 'by throughput',
    bola: 'by its buffer (BOLA)',
    'hls.js': 'as hls.js does',
  },
  repair: 'UDP',
  repairTitle: 'What becomes of a lost packet',
  repairs: { off: 'no repair', rtx: 'asked for again (RTX)', fec: 'parity (FEC)' },
  jitterBuffer: 'Buffer',
  jitterBufferTitle: 'How long UDP holds packets back, to wait for those that come late (jitter buffer)',
  seconds: 'Each run',
  secondsTitle: 'How long is watched, from the wish to play on',
  modelled: 'Modelled',
  beginning: 'the first 5 × 5 places …',
  state: (size: number, seeds: number, seconds: number) =>
    `${size} × ${size} places, runs of ${seconds} s, ${seeds === 1 ? 'one seed each: an anecdote' : `${seeds} seeds each`}`,
  refining: 'refining …',
  progress: 'Runs of this map',
  notRun: 'not run yet',
  seeds: seedCount,
  seedsHead: 'Seeds',
  /** The figure stands in the name of its cell; who reads names leaves out what is in brackets. */
  even: (by: string) => `no difference: ${by}`,
  sole: {
    hls: 'only HLS shows a picture',
    udp: 'only UDP shows a picture',
    neither: 'neither shows a picture',
  },
  notToldApart: (by: string) => `not told apart: ${by}`,
  better: { hls: (by: string) => `HLS better by ${by}`, udp: (by: string) => `UDP better by ${by}` },
  sideSays: { hls: (figure: string) => `HLS ${figure}`, udp: (figure: string) => `UDP ${figure}` },
  noPicture: 'no picture',
  legend: {
    better: { hls: (by: string) => `HLS better by ${by}`, udp: (by: string) => `UDP better by ${by}` },
    orLess: (value: string) => `${value} or less`,
    orMore: (value: string) => `${value} or more`,
    guess: 'not run yet, drawn as the nearest that is',
    undecided: 'the seeds do not tell which is better',
  },
  watch: 'Watch this network',
  watchTitle: 'On the compare page, with this very network and seed',
  watchedOtherwise: 'On the compare page HLS chooses as hls.js does.',
  points: 'points', // of per cent: the difference of two shares
  firstSeed: (seed: number) => `Drawn: the run with seed ${seed}. Figures: the mean over all seeds so far.`,
  figures: 'All measures of this place',
  difference: 'Difference',
  asTable: 'The map as a table',
  timeline: {
    hls: ({ startupSeconds, standstills, standingSeconds }: TimelineFigures) =>
      startupSeconds === undefined
        ? 'no picture came'
        : `first picture after ${startupSeconds.toFixed(1)} s · stalled ${standstills}×, ${standingSeconds.toFixed(1)} s`,
    udp: ({
      startupSeconds,
      standstills,
      standingSeconds,
      missingPackets,
      repairedPackets,
      damagedSeconds,
    }: TimelineFigures) =>
      startupSeconds === undefined
        ? 'no picture came'
        : `first picture after ${startupSeconds.toFixed(1)} s · ${missingPackets} packets missing${repairedPackets > 0 ? `, ${repairedPackets} repaired` : ''} · damaged ${damagedSeconds.toFixed(1)} s · frozen ${standstills}×, ${standingSeconds.toFixed(1)} s`,
  },
  timelineLegend: {
    waiting: 'waiting for the first picture',
    standing: 'stands still',
    buffer: 'HLS: buffer, up to 10 s',
    missing: 'UDP: missing packets',
    repaired: 'UDP: repaired in time',
    damaged: 'UDP: damaged pictures',
  },
  trust: 'How far this can be trusted',
  trustNotes: [
    'Everything here is modelled in this browser: the video’s real segments, frames and packets over an emulated line, HLS by a model of TCP. Nothing is played.',
    'The same seed gives the same figures again, here, in the lab and in Node. Five seeds give a mean and a 95 % interval; with fewer, a difference is told and not claimed.',
    'Both sides have a line each, with the same weather. Watching the network for real repeats UDP’s losses exactly; TCP depends on the moments of the browser’s requests.',
    'A run begins where the video begins. What HLS fetches beyond the end of a run, and the longer playlist of a longer video, are left out.',
  ],
  notSimulated: 'There is no what-if of what is live, or is not segmented yet.',
  noVariant: 'This video has no variant yet.',
} as const

type TimelineFigures = {
  readonly startupSeconds: number | undefined
  readonly standstills: number
  readonly standingSeconds: number
  readonly missingPackets: number
  readonly repairedPackets: number
  readonly damagedSeconds: number
}

/** The lab page. */
export const labWords = {
  intro:
    'Experiments instead of anecdotes: many runs of the same video over the same networks, with seeds, intervals and budgets.',
  whatIf: 'What if the network were another?',
  whatIfNote: 'Choose a video: a map of who wins over loss and rate, made in this browser while you move the sliders.',
  noVideo: 'There is no segmented video yet. Add one in the',
  toLibrary: 'library',
  scenarios: 'Example scenarios',
  scenariosNote:
    'A scenario is one file: source, sides, networks, seeds and budgets. Each makes a report, a table and a verdict; run them in the project’s folder.',
  modes: { virtual: 'virtual time', live: 'live' },
  commands: 'All that the lab does',
  commandsNote: 'In a terminal, in the project’s folder. Each has --help.',
  commandList: [
    {
      command: 'npm run weir -- lab run SCENARIO.yaml',
      does: 'One experiment: report.html, results.json, results.csv, JUnit. A broken budget exits 1.',
    },
    {
      command: 'npm run weir -- lab sweep --rate 1M,2M,4M,8M --loss 0,1%,2%,5%',
      does: 'Thousands of virtual sessions over a grid, on all cores, interrupted and resumed at will: heat maps of who wins.',
    },
    {
      command: 'npm run weir -- lab validate kernel',
      does: 'Holds the model of TCP against the Linux kernel of this machine.',
    },
    {
      command: 'npm run weir -- lab validate live',
      does: 'Holds virtual time against real sockets, for the same seeds and networks.',
    },
    {
      command: 'npm run weir -- lab plan --viewers 100,10k,1M',
      does: 'What so many viewers need of CPU, memory, sockets and egress, from the cost measured for one.',
    },
  ],
  copy: (command: string) => `Copy ${command}`,
  runs: 'Recorded runs',
  runsNote: 'What the compare page has played on this server, the newest first.',
  noRuns: 'None yet: each play of both sides on the compare page becomes one.',
} as const
