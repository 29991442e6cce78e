import { z } from 'zod'
import {
  realtimeWays,
  type ExtraOrigin,
  type RealtimeMessage,
  type RealtimeRun as RunSummary,
  type RealtimeSettings,
  type RealtimeWay,
  type WayFigures,
} from '../../protocol/realtime-api.ts'
import type { ServerEvent } from '../../protocol/weir-api.ts'
import { EventLog } from '../event-log.ts'
import { parseJson } from '../json-text.ts'
import type { LiveLink } from '../live-link.ts'
import { Refusal } from '../refusal.ts'
import { DataChannelPeers } from './data-channel-peers.ts'
import { EventGenerator } from './event-generator.ts'
import { eventText, generatedText, SeededLetters, type EventBody } from './event-text.ts'
import { httpAnswers, httpWay } from './http-way.ts'
import { OwnReception } from './own-client.ts'
import { socketIoWay } from './socket-io-way.ts'
import { TcpClient } from './tcp-client.ts'
import { tcpWay } from './tcp-way.ts'
import { UdpClient } from './udp-client.ts'
import { UdpListener } from './udp-listener.ts'
import { WayCounters } from './way-counters.ts'
import type { WayGate } from './way-gate.ts'
import { WayListener } from './way-listener.ts'
import type { ConnectionWay, WayParts } from './way-parts.ts'
import { webSocketWay } from './web-socket-way.ts'

export type RealtimeRunOptions = {
  readonly id: string
  readonly settings: RealtimeSettings
  readonly host: string
  readonly gate: WayGate
  /** The access line of a way, each its own copy; undefined: none. */
  readonly linkOf: (way: RealtimeWay) => LiveLink | undefined
  readonly nowUnixMs: () => number
}

/** A way over TCP with what belongs to it. */
type Served = { readonly way: ConnectionWay; readonly listener: WayListener }

const KEPT_BYTES = 8_000_000 // of events
const LEAST_KEPT = 1000

const messageSchema = z.strictObject({ id: z.string().min(1).max(40), text: z.string().max(200) })

const ways: Readonly<Record<Exclude<RealtimeWay, 'udp' | 'data-channel'>, (parts: WayParts) => ConnectionWay>> = {
  'short-polling': (parts) => httpWay(httpAnswers['short-polling'], parts),
  'short-polling-closing': (parts) => httpWay(httpAnswers['short-polling-closing'], parts),
  'long-polling': (parts) => httpWay(httpAnswers['long-polling'], parts),
  'server-sent-events': (parts) => httpWay(httpAnswers['server-sent-events'], parts),
  'chunked-fetch': (parts) => httpWay(httpAnswers['chunked-fetch'], parts),
  websocket: webSocketWay,
  'socketio-polling': (parts) => socketIoWay(['polling'], parts),
  'socketio-upgrade': (parts) => socketIoWay(['polling', 'websocket'], parts),
  tcp: tcpWay,
}

/** One stream of numbered events, brought to whoever asks by every way at the same time. */
export class RealtimeRun {
  readonly id: string
  readonly #options: RealtimeRunOptions
  readonly #log: EventLog<string>
  readonly #letters: SeededLetters
  readonly #generator: EventGenerator
  readonly #counters = Object.fromEntries(realtimeWays.map((way) => [way, new WayCounters()])) as Readonly<
    Record<RealtimeWay, WayCounters>
  >
  readonly #served = new Map<RealtimeWay, Served>()
  readonly #udp: UdpListener
  readonly #peers: DataChannelPeers
  #settings: RealtimeSettings
  #clients: { readonly tcp: TcpClient; readonly udp: UdpClient } | undefined
  #return: NodeJS.Timeout | undefined // while away
  #isEnded = false

  constructor(options: RealtimeRunOptions) {
    const { id, settings, host, linkOf } = options
    this.id = id
    this.#options = options
    this.#settings = settings
    this.#log = new EventLog(Math.max(LEAST_KEPT, Math.floor(KEPT_BYTES / settings.eventBytes)))
    this.#letters = new SeededLetters(settings.seed)
    this.#generator = new EventGenerator(() => this.#generate())
    for (const [name, make] of Object.entries(ways) as [keyof typeof ways, (typeof ways)[keyof typeof ways]][]) {
      const way = make(this.#partsOf(name))
      const parts = { host, counters: this.#counters[name], link: linkOf(name) }
      this.#served.set(name, {
        way,
        listener: new WayListener({ ...parts, onConnection: (stream) => way.take(stream) }),
      })
    }
    this.#udp = new UdpListener(this.#partsOf('udp'), { host, link: linkOf('udp') })
    this.#peers = new DataChannelPeers(this.#partsOf('data-channel'), linkOf('data-channel'))
  }

  /** Listens on all ports, then the events begin. */
  async begin(): Promise<void> {
    await this.#openListeners()
    const { host: listened, nowUnixMs } = this.#options
    const host = reachable(listened)
    const tcpPort = this.#served.get('tcp')?.listener.port ?? 0
    this.#clients = {
      tcp: new TcpClient({ host, port: tcpPort, nowUnixMs }),
      udp: new UdpClient({ host, port: this.#udp.port, nowUnixMs }),
    }
    this.#generator.setRate(this.#settings.eventsPerSecond)
  }

  /** The generator's rate and size act at the next event. */
  change(settings: RealtimeSettings): void {
    this.#settings = settings
    this.#generator.setRate(settings.eventsPerSecond)
  }

  get settings(): RealtimeSettings {
    return this.#settings
  }

  /** Something that happened on the server itself. */
  tell(event: ServerEvent): void {
    this.#append({ kind: 'server', event })
  }

  /** A message of a page, up by the server's own client of the way. Throws `bad-request`. */
  sayByOwnClient(way: 'tcp' | 'udp', given: unknown): void {
    const message = readMessage(JSON.stringify(given))
    this.#clients?.[way].reception.noteSaid(message.id)
    this.#clients?.[way].say(JSON.stringify(message))
  }

  /** Throws `run-away`, `no-data-channel`, `bad-offer`, `too-many-requests`. */
  async answerOffer(offer: string): Promise<string> {
    if (this.#return !== undefined) throw new Refusal('run-away', 'expected a run that is not away')
    return this.#peers.answer(offer)
  }

  /** As a server that stops and comes back: no port and no connection for so long, while events go on happening. */
  goAway(awayMs: number): void {
    if (this.#return !== undefined) return
    this.#closeListeners()
    this.#return = setTimeout(() => {
      this.#openListeners().then(
        () => (this.#return = undefined),
        () => this.end(), // somebody else has got the port
      )
    }, awayMs)
  }

  summary(): RunSummary {
    return {
      id: this.id,
      settings: this.#settings,
      serverUnixMs: this.#options.nowUnixMs(),
      newestSequence: this.#log.lastSequence,
      isAway: this.#return !== undefined,
      ways: Object.fromEntries(realtimeWays.map((way) => [way, this.#figuresOf(way)])) as RunSummary['ways'],
      ownClients: {
        tcp: this.#clients?.tcp.reception.read() ?? nothing,
        udp: this.#clients?.udp.reception.read() ?? nothing,
      },
    }
  }

  origins(): ExtraOrigin[] {
    return [...this.#served].map(([way, { listener }]) => ({ run: this.id, way, port: listener.port }))
  }

  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearTimeout(this.#return)
    this.#generator.stop()
    this.#clients?.tcp.close()
    this.#clients?.udp.close()
    this.#closeListeners()
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  #partsOf(way: RealtimeWay): WayParts {
    return {
      log: this.#log,
      counters: this.#counters[way],
      gate: this.#options.gate,
      onMessage: (text) => this.#append({ kind: 'message', message: { way, ...readMessage(text) } }),
    }
  }

  async #openListeners(): Promise<void> {
    try {
      await Promise.all([this.#udp.open(), ...[...this.#served.values()].map(({ listener }) => listener.open())])
    } catch (error) {
      this.#closeListeners()
      throw error
    }
    if (this.#isEnded) this.#closeListeners()
  }

  #closeListeners(): void {
    for (const { way, listener } of this.#served.values()) {
      listener.close()
      way.forgetClients()
    }
    this.#udp.close()
    this.#peers.close()
  }

  #generate(): void {
    const sequence = this.#log.lastSequence + 1
    this.#log.append(generatedText(sequence, this.#options.nowUnixMs(), this.#letters, this.#settings.eventBytes))
  }

  #append(body: EventBody): void {
    this.#log.append(eventText(this.#log.lastSequence + 1, this.#options.nowUnixMs(), body))
  }

  #figuresOf(way: RealtimeWay): WayFigures {
    const port = way === 'udp' ? this.#udp.port : this.#served.get(way)?.listener.port
    const link = this.#options.linkOf(way)
    return {
      ...(port === undefined ? {} : { port }),
      ...(link === undefined ? {} : { link: link.id }),
      ...this.#counters[way].read(),
    }
  }
}

const nothing = new OwnReception(() => 0).read()

/** Throws `bad-request`. */
function readMessage(text: string): Omit<RealtimeMessage, 'way'> {
  const read = messageSchema.safeParse(parseJson(text))
  if (read.success) return read.data
  throw new Refusal('bad-request', 'expected {"id": 1 to 40 characters, "text": at most 200} as JSON')
}

/** Where this machine reaches a listener of its own. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}
