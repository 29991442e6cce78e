/** Every text of the compare page, a constant a part of the page. */

export const sideWords = { hls: 'HLS', udp: 'UDP' } as const

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
  onlyHere: 'Only this machine reaches this address. For a phone or a television start Weir with',
  forOthers: ['--host 0.0.0.0', '--public-url http://<name>:8080'],
  and: 'and',
} as const
