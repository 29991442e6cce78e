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
  saveYaml: 'Save as YAML',
  saveYamlTitle: 'As the link part of weir.yaml',
  saveJson: 'Save as JSON',
  saveJsonTitle: 'As the body of POST /api/links',
  refused: 'The file was not taken:',
} as const
