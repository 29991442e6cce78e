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

  wholeNumber(key: string): number {
    return this.#fields.wholeNumber(this.#event[key], `${this.#name} ${key}`, 0, Number.MAX_SAFE_INTEGER)
  }

  has(key: string): boolean {
    return this.#event[key] !== undefined
  }
}

const MOST = 1e12 // of any measured number: milliseconds of 30 years, a terabit a second
const STATES = ['intact', 'damaged'] as const
const CAUSES = ['loss', 'queue', 'blocked'] as const

const atMs = (fields: EventFields) => ({ atMs: fields.number('atMs', -MOST, MOST) })

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

const READERS: { readonly [K in Kind]: (fields: EventFields) => RunEvent & { readonly kind: K } } = {
  'play-asked': (fields) => ({ kind: 'play-asked', ...atMs(fields) }),
  paused: (fields) => ({ kind: 'paused', ...atMs(fields) }),
  resumed: (fields) => ({ kind: 'resumed', ...atMs(fields) }),
  ended: (fields) => ({ kind: 'ended', ...atMs(fields) }),
  playhead: (fields) => ({
    kind: 'playhead',
    ...atMs(fields),
    positionSeconds: fields.number('positionSeconds', -MOST, MOST),
  }),
  'frame-shown': (fields) => ({ kind: 'frame-shown', ...atMs(fields), state: fields.oneOf('state', STATES) }),
  'frame-frozen': (fields) => ({ kind: 'frame-frozen', ...atMs(fields) }),
  'media-received': (fields) => ({
    kind: 'media-received',
    ...atMs(fields),
    sizeBytes: fields.wholeNumber('sizeBytes'),
  }),
  'packets-given-up': (fields) => ({
    kind: 'packets-given-up',
    ...atMs(fields),
    packets: fields.wholeNumber('packets'),
  }),
  'packet-late': (fields) => ({ kind: 'packet-late', ...atMs(fields) }),
  'packet-accepted': (fields) => ({ kind: 'packet-accepted', ...ofPacket(fields) }),
  'packet-dropped': (fields) => ({
    kind: 'packet-dropped',
    ...ofPacket(fields),
    cause: fields.oneOf('cause', CAUSES),
  }),
  'packet-delivered': (fields) => ({
    kind: 'packet-delivered',
    ...ofPacket(fields),
    queueingDelayMs: fields.number('queueingDelayMs', 0, MOST),
  }),
  'rate-set': (fields) => ({
    kind: 'rate-set',
    ...onLine(fields),
    ...(fields.has('rateBitsPerSecond') ? { rateBitsPerSecond: fields.number('rateBitsPerSecond', 0, MOST) } : {}),
  }),
  'events-left-out': (fields) => ({ kind: 'events-left-out', ...atMs(fields), events: fields.wholeNumber('events') }),
}

const KINDS = Object.keys(READERS) as [Kind, ...Kind[]]
