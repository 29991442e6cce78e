import { badText, type Decoded } from './decoded.ts'

export type PortPair = readonly [number, number]

/** One way of carrying a track, RFC 2326 section 12.39. Parameters not listed here are not kept. */
export type TransportSpec = {
  readonly lowerTransport: 'udp' | 'tcp'
  readonly profile?: 'AVPF' // with feedback, RFC 4585; 'AVP' when absent
  readonly cast: 'unicast' | 'multicast'
  readonly clientPorts?: PortPair // RTP, RTCP
  readonly serverPorts?: PortPair
  readonly ports?: PortPair // of a multicast group
  readonly ttl?: number // of multicast packets
  readonly interleaved?: PortPair // channels of RTP, RTCP
  readonly destination?: string
  readonly source?: string
  readonly ssrc?: number
  readonly mode?: string // 'PLAY' when absent
}

/** The ways a client offers, the one it likes best first; those that are not RTP/AVP or RTP/AVPF are left out. */
export function readTransport(value: string): TransportSpec[] {
  return value.split(',').flatMap((offer) => readTransportSpec(offer.trim()) ?? [])
}

function readTransportSpec(text: string): TransportSpec | undefined {
  const [protocol = '', ...parameters] = text.split(';').map((part) => part.trim())
  const lowerTransport = /^RTP\/AVP(F)?(?:\/(UDP|TCP))?$/i.exec(protocol)
  if (lowerTransport === null) return undefined
  const named = new Map(parameters.map(splitParameter))
  const ssrc = named.get('ssrc')
  return {
    lowerTransport: lowerTransport[2]?.toUpperCase() === 'TCP' ? 'tcp' : 'udp',
    ...(lowerTransport[1] === undefined ? {} : { profile: 'AVPF' }),
    cast: named.has('multicast') ? 'multicast' : 'unicast',
    ...present('clientPorts', readPortPair(named.get('client_port'))),
    ...present('serverPorts', readPortPair(named.get('server_port'))),
    ...present('ports', readPortPair(named.get('port'))),
    ...present('ttl', /^\d{1,3}$/.test(named.get('ttl') ?? '') ? Number(named.get('ttl')) : undefined),
    ...present('interleaved', readPortPair(named.get('interleaved'))),
    ...present('destination', named.get('destination')),
    ...present('source', named.get('source')),
    ...present('ssrc', ssrc !== undefined && /^[0-9a-f]{1,8}$/i.test(ssrc) ? parseInt(ssrc, 16) : undefined),
    ...present('mode', named.get('mode')?.toUpperCase()),
  }
}

/** VLC and GStreamer find the server's ports only when the pair is written out, so both always are. */
export function writeTransport(spec: TransportSpec): string {
  const pair = (name: string, ports: PortPair | undefined): string[] =>
    ports === undefined ? [] : [`${name}=${ports[0]}-${ports[1]}`]
  return [
    `RTP/${spec.profile ?? 'AVP'}${spec.lowerTransport === 'tcp' ? '/TCP' : ''}`,
    spec.cast,
    ...(spec.destination === undefined ? [] : [`destination=${spec.destination}`]),
    ...(spec.source === undefined ? [] : [`source=${spec.source}`]),
    ...pair('interleaved', spec.interleaved),
    ...pair('client_port', spec.clientPorts),
    ...pair('server_port', spec.serverPorts),
    ...pair('port', spec.ports),
    ...(spec.ttl === undefined ? [] : [`ttl=${spec.ttl}`]),
    ...(spec.ssrc === undefined ? [] : [`ssrc=${spec.ssrc.toString(16).toUpperCase().padStart(8, '0')}`]),
    ...(spec.mode === undefined ? [] : [`mode="${spec.mode}"`]),
  ].join(';')
}

/** Normal play time, RFC 2326 section 3.6. No start: from the pause point, or `now`; no end: to the end. */
export type NptRange = { readonly startSeconds?: number; readonly endSeconds?: number }

/** Faults: `unsupported` for another unit than npt (answered 501, section 12.29), `bad-text`. */
export function readNptRange(value: string): Decoded<NptRange> {
  const [range = ''] = value.split(';') // a time= of when to begin may follow; it is not kept
  const [, unit = '', text = ''] = /^\s*([a-z][a-z0-9-]*)\s*=\s*(.*?)\s*$/i.exec(range) ?? []
  if (/^(smpte(-[^=]*)?|clock)$/i.test(unit))
    return { ok: false, fault: { code: 'unsupported', what: `Range: ${unit}` } }
  const times = /^([^-]*)-([^-]*)$/.exec(text)
  if (unit.toLowerCase() !== 'npt' || times === null) return badText('npt=start-end', value)
  const [startSeconds, endSeconds] = [readNptTime(times[1] ?? ''), readNptTime(times[2] ?? '')]
  if (Number.isNaN(startSeconds) || Number.isNaN(endSeconds)) return badText('npt times in seconds or h:mm:ss', value)
  return { ok: true, value: { ...present('startSeconds', startSeconds), ...present('endSeconds', endSeconds) } }
}

export function writeNptRange({ startSeconds, endSeconds }: NptRange): string {
  return `npt=${startSeconds?.toFixed(3) ?? ''}-${endSeconds?.toFixed(3) ?? ''}`
}

/** Seconds, undefined when nothing is stated (or `now`), NaN when it cannot be read. */
function readNptTime(text: string): number | undefined {
  if (text === '' || text.toLowerCase() === 'now') return undefined
  if (/^\d{1,9}(\.\d*)?$/.test(text)) return Number(text)
  const clock = /^(\d{1,6}):([0-5]?\d):([0-5]?\d(?:\.\d*)?)$/.exec(text)
  if (clock === null) return NaN
  return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])
}

/** Where one track goes on after PLAY, RFC 2326 section 12.33. */
export type RtpInfo = { readonly url: string; readonly sequenceNumber: number; readonly timestampTicks: number }

export function writeRtpInfo(tracks: readonly RtpInfo[]): string {
  return tracks
    .map(({ url, sequenceNumber, timestampTicks }) => `url=${url};seq=${sequenceNumber};rtptime=${timestampTicks}`)
    .join(',')
}

/** Tracks of which the URL, sequence number or time is missing are left out. */
export function readRtpInfo(value: string): RtpInfo[] {
  const starts = [...value.matchAll(/(?:^|,)\s*url=/g)].map((match) => match.index)
  return starts.flatMap((start, index) => {
    // A URL may hold commas and semicolons, so an entry ends where the next `,url=` begins.
    const entry = value.slice(start, starts[index + 1])
    const url = /url=(.*?)(?:;(?:seq|rtptime)=|,?$)/.exec(entry)?.[1]
    const sequenceNumber = /;seq=(\d{1,5})\b/.exec(entry)?.[1]
    const timestampTicks = /;rtptime=(\d{1,10})\b/.exec(entry)?.[1]
    if (url === undefined || sequenceNumber === undefined || timestampTicks === undefined) return []
    return [{ url, sequenceNumber: Number(sequenceNumber), timestampTicks: Number(timestampTicks) }]
  })
}

/** RFC 2326 section 12.37; 60 s when no timeout is stated. */
export type SessionHeader = { readonly id: string; readonly timeoutSeconds: number }

export function readSessionHeader(value: string): SessionHeader {
  const [id = '', ...parameters] = value.split(';').map((part) => part.trim())
  const timeout = new Map(parameters.map(splitParameter)).get('timeout')
  return { id, timeoutSeconds: timeout !== undefined && /^\d{1,6}$/.test(timeout) ? Number(timeout) : 60 }
}

export function writeSessionHeader({ id, timeoutSeconds }: SessionHeader): string {
  return `${id};timeout=${timeoutSeconds}`
}

/** 'client_port=5000-5001' or a single port, whose RTCP port is the next one. */
function readPortPair(text: string | undefined): PortPair | undefined {
  const ports = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text ?? '')
  if (ports === null) return undefined
  const first = Number(ports[1])
  const second = ports[2] === undefined ? first + 1 : Number(ports[2])
  return first <= 65535 && second <= 65535 ? [first, second] : undefined
}

function splitParameter(parameter: string): [string, string] {
  const [name = '', ...value] = parameter.split('=')
  return [
    name.trim().toLowerCase(),
    value
      .join('=')
      .trim()
      .replace(/^"(.*)"$/, '$1'),
  ]
}

/** `{ [name]: value }`, or nothing when there is none: an absent field stays absent. */
function present<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]?: Value })
}
