import type { JsonFields } from '../protocol/json-fields.ts'
import type { RunEvent } from './record.ts'

type Kind = RunEvent['kind']

/** Reads one event of a record; what is wrong with it is kept by `fields` under `name`. */
export function readRunEvent(event: Record<string, unknown>, name: string, fields: JsonFields): RunEvent {
  const reader = new EventFields(event, name, fields)
  const kind = reader.oneOf('kind', KINDS)
  return READERS[kind](reader)
}

class EventFields {
  readonly #event: Record<string, unknown>
  readonly #name: string
  readonly #fields: JsonFields

  constructor(event: Record<string, unknown>, name: string, fields: JsonFields) {
    this.#event = event
    this.#name = name
    this.#fields = fields
  }

  oneOf<Word extends string>(key: string, words: readonly [Word, ...Word[]]): Word {
    const value = this.#event[key]
    const word = words.find((known) => known === value)
    if (word === undefined) this.#fields.refuse(`${this.#name} ${key}`, words.join(' | '), value)
    return word ?? words[0]
  }

  number(key: string, minimum: number, maximum: number): number {
    return this.#fields.number(this.#event[key], `${this.#name} ${key}`, minimum, maximum)
  }

  wholeNumber(key: string, maximum = Number.MAX_SAFE_INTEGER): number {
    return this.#fields.wholeNumber(this.#event[key], `${this.#name} ${key}`, 0, maximum)
  }

  text(key: string): string {
    return this.#fields.text(this.#event[key], `${this.#name} ${key}`, NAME)
  }

  record(key: string): Record<string, unknown> {
    return this.#fields.record(this.#event[key], `${this.#name} ${key}`)
  }

  /** An object with what `read` gives of a field, or without it where the event has none. */
  optional<Key extends string, Value>(key: Key, read: () => Value): { readonly [K in Key]?: Value } {
    return this.has(key) ? ({ [key]: read() } as { readonly [K in Key]?: Value }) : {}
  }

  has(key: string): boolean {
    return this.#event[key] !== undefined
  }
}

const MOST = 1e13 // of any measured number: milliseconds of 300 years, ten terabits a second
const MOST_16_BITS = 0xffff
const MOST_32_BITS = 0xffff_ffff
const NAME = /^.{1,400}$/
const SIDES = ['hls', 'udp'] as const
const STATES = ['intact', 'damaged'] as const
const TRACKS = ['video', 'audio'] as const
const CAUSES = ['loss', 'queue', 'blocked'] as const

const moment = (fields: EventFields, key: string): number => fields.number(key, -MOST, MOST)
const measured = (fields: EventFields, key: string): number => fields.number(key, 0, MOST)
const atMs = (fields: EventFields) => ({ atMs: moment(fields, 'atMs') })

const seen = (fields: EventFields) => ({
  ...atMs(fields),
  ...fields.optional('side', () => fields.oneOf('side', SIDES)),
})

const ofFrame = (fields: EventFields) => ({
  ...seen(fields),
  ...fields.optional('ptsTicks', () => moment(fields, 'ptsTicks')),
})

const ofFile = (fields: EventFields) => ({
  ...seen(fields),
  uri: fields.text('uri'),
  ...fields.optional('variant', () => fields.text('variant')),
})

const ofTransfer = (fields: EventFields) => ({
  ...ofFile(fields),
  sizeBytes: fields.wholeNumber('sizeBytes'),
  askedMs: moment(fields, 'askedMs'),
  ...fields.optional('firstByteMs', () => moment(fields, 'firstByteMs')),
})

const onLine = (fields: EventFields) => ({
  ...atMs(fields),
  lane: fields.oneOf('lane', ['tcp', 'udp', 'shared']),
  direction: fields.oneOf('direction', ['down', 'up']),
})

const ofPacket = (fields: EventFields) => ({
  ...onLine(fields),
  flow: fields.wholeNumber('flow'),
  packet: fields.wholeNumber('packet'),
  traffic: fields.oneOf('traffic', ['rtp', 'rtcp', 'tcp']),
  sizeBytes: fields.wholeNumber('sizeBytes'),
})

const ofRtp = (fields: EventFields) => ({
  ...fields.optional('ssrc', () => fields.wholeNumber('ssrc', MOST_32_BITS)),
  ...fields.optional('sequenceNumber', () => fields.wholeNumber('sequenceNumber', MOST_16_BITS)),
})

const READERS: { readonly [K in Kind]: (fields: EventFields) => RunEvent & { readonly kind: K } } = {
  'play-asked': (fields) => ({
    kind: 'play-asked',
    ...seen(fields),
    ...fields.optional('fromSeconds', () => measured(fields, 'fromSeconds')),
  }),
  paused: (fields) => ({ kind: 'paused', ...seen(fields) }),
  resumed: (fields) => ({ kind: 'resumed', ...seen(fields) }),
  ended: (fields) => ({ kind: 'ended', ...seen(fields) }),
  playhead: (fields) => ({
    kind: 'playhead',
    ...seen(fields),
    positionSeconds: moment(fields, 'positionSeconds'),
  }),
  'frame-shown': (fields) => ({ kind: 'frame-shown', ...ofFrame(fields), state: fields.oneOf('state', STATES) }),
  'frame-frozen': (fields) => ({ kind: 'frame-frozen', ...ofFrame(fields) }),
  'sound-heard': (fields) => ({ kind: 'sound-heard', ...seen(fields) }),
  'code-read': (fields) => ({ kind: 'code-read', ...seen(fields), frameNumber: fields.wholeNumber('frameNumber') }),
  'picture-latency': (fields) => ({
    kind: 'picture-latency',
    ...seen(fields),
    captureToPublishMs: moment(fields, 'captureToPublishMs'),
    publishToReceivedMs: moment(fields, 'publishToReceivedMs'),
    receivedToShownMs: moment(fields, 'receivedToShownMs'),
  }),
  'live-latency': (fields) => ({ kind: 'live-latency', ...seen(fields), latencyMs: moment(fields, 'latencyMs') }),
  'variant-shown': (fields) => ({
    kind: 'variant-shown',
    ...seen(fields),
    variant: fields.text('variant'),
    bitsPerSecond: measured(fields, 'bitsPerSecond'),
  }),
  buffer: (fields) => ({ kind: 'buffer', ...seen(fields), bufferSeconds: measured(fields, 'bufferSeconds') }),
  'media-received': (fields) => ({
    kind: 'media-received',
    ...seen(fields),
    sizeBytes: fields.wholeNumber('sizeBytes'),
    ...fields.optional('track', () => fields.oneOf<'video' | 'audio'>('track', TRACKS)),
  }),
  'rtp-started': (fields) => ({
    kind: 'rtp-started',
    ...seen(fields),
    track: fields.oneOf<'video' | 'audio'>('track', TRACKS),
    variant: fields.text('variant'),
    ssrc: fields.wholeNumber('ssrc', MOST_32_BITS),
    firstSequenceNumber: fields.wholeNumber('firstSequenceNumber', MOST_16_BITS),
    startSeconds: measured(fields, 'startSeconds'),
  }),
  'segment-asked': (fields) => ({ kind: 'segment-asked', ...ofFile(fields) }),
  'segment-received': (fields) => ({ kind: 'segment-received', ...ofTransfer(fields) }),
  'segment-cancelled': (fields) => ({ kind: 'segment-cancelled', ...ofTransfer(fields) }),
  'packets-given-up': (fields) => ({
    kind: 'packets-given-up',
    ...seen(fields),
    packets: fields.wholeNumber('packets', MOST_32_BITS), // as far as extended sequence numbers go
    ...fields.optional('track', () => fields.oneOf<'video' | 'audio'>('track', TRACKS)),
    ...fields.optional('firstSequenceNumber', () => fields.wholeNumber('firstSequenceNumber', MOST_16_BITS)),
  }),
  'packet-late': (fields) => ({ kind: 'packet-late', ...seen(fields) }),
  'repair-received': (fields) => ({
    kind: 'repair-received',
    ...seen(fields),
    sizeBytes: fields.wholeNumber('sizeBytes'),
    repairedPackets: fields.wholeNumber('repairedPackets', MOST_32_BITS),
    repairedBytes: fields.wholeNumber('repairedBytes'),
    ...fields.optional('latePackets', () => fields.wholeNumber('latePackets', MOST_32_BITS)),
    ...fields.optional('delayMs', () => measured(fields, 'delayMs')),
    ...fields.optional('track', () => fields.oneOf<'video' | 'audio'>('track', TRACKS)),
  }),
  'packet-accepted': (fields) => ({ kind: 'packet-accepted', ...ofPacket(fields), ...ofRtp(fields) }),
  'packet-dropped': (fields) => ({
    kind: 'packet-dropped',
    ...ofPacket(fields),
    ...ofRtp(fields),
    cause: fields.oneOf('cause', CAUSES),
  }),
  'packet-delivered': (fields) => ({
    kind: 'packet-delivered',
    ...ofPacket(fields),
    queueingDelayMs: measured(fields, 'queueingDelayMs'),
  }),
  'rate-set': (fields) => ({
    kind: 'rate-set',
    ...onLine(fields),
    ...fields.optional('rateBitsPerSecond', () => measured(fields, 'rateBitsPerSecond')),
  }),
  'network-changed': (fields) => ({ kind: 'network-changed', ...onLine(fields), profile: fields.record('profile') }),
  'tcp-state': (fields) => ({
    kind: 'tcp-state',
    ...onLine(fields),
    flow: fields.wholeNumber('flow'),
    recovery: fields.oneOf('recovery', ['open', 'disorder', 'recovery', 'loss']),
    cwnd: measured(fields, 'cwnd'),
    ...fields.optional('ssthresh', () => measured(fields, 'ssthresh')),
    inFlight: fields.wholeNumber('inFlight'),
    srttMs: measured(fields, 'srttMs'),
    retransmittedSegments: fields.wholeNumber('retransmittedSegments'),
  }),
  'receiver-report': (fields) => ({
    kind: 'receiver-report',
    ...onLine(fields),
    ssrc: fields.wholeNumber('ssrc', MOST_32_BITS),
    lossRatio: fields.number('lossRatio', 0, 1),
    cumulativeLostPackets: moment(fields, 'cumulativeLostPackets'), // duplicates can make it negative
    jitterMs: measured(fields, 'jitterMs'),
    ...fields.optional('roundTripMs', () => measured(fields, 'roundTripMs')),
  }),
  clock: (fields) => ({
    kind: 'clock',
    ...atMs(fields),
    of: fields.oneOf('of', ['hls', 'udp', 'link']),
    unixMs: moment(fields, 'unixMs'),
  }),
  'events-left-out': (fields) => ({ kind: 'events-left-out', ...atMs(fields), events: fields.wholeNumber('events') }),
}

const KINDS = Object.keys(READERS) as [Kind, ...Kind[]]
