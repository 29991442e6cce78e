import { signal } from '@preact/signals'
import { realtimeWays, type RealtimeEvent, type RealtimeRun, type RealtimeWay } from '../protocol/realtime-api.ts'
import { EventReception } from '../stream/event-reception.ts'
import { requestJson } from './api.ts'
import { RealtimeHistory } from './realtime-history.ts'
import { RealtimeMessages } from './realtime-messages.ts'
import type { WayRow } from './realtime-rows.ts'
import { realtimeWords } from './realtime-words.ts'
import type { RealtimePageSettings } from './realtime-settings.ts'
import type { WayReader } from './realtime-way.ts'
import { isPageWay, pageWays, type PageWay } from './realtime-ways.ts'
import { ServerClock } from './server-clock.ts'
import { webSocketAddress } from './server-socket.ts'

const CLOCK_READINGS = 6

/** Civil time by this page's clock, to a fraction of a millisecond. */
const pageUnixMs = (): number => performance.timeOrigin + performance.now()

/** One run as the page has it: every way open at once, its events counted as they come, the server's counts beside them. */
export class RealtimeSession {
  readonly phase = signal<'starting' | 'running' | 'ended' | 'failed'>('starting')
  readonly problem = signal<string | undefined>(undefined)
  readonly run = signal<RealtimeRun | undefined>(undefined)
  readonly rows = signal<readonly WayRow[]>([])
  readonly history = new RealtimeHistory()
  readonly messages = new RealtimeMessages()
  readonly #clock = new ServerClock()
  /** A data channel opens when the events have begun, and nothing of before comes to it. */
  readonly #receptions = new Map(
    realtimeWays.map((way) => [way, new EventReception(way === 'data-channel' ? 'with-first' : 'at-1')]),
  )
  readonly #readers = new Map<RealtimeWay, WayReader>()
  #socket: WebSocket | undefined
  #isClosed = false

  /** Never rejects: `problem` tells. */
  async open({ pollMs, preset, ...settings }: RealtimePageSettings): Promise<void> {
    try {
      if (location.protocol === 'https:') throw new Error(realtimeWords.overHttps)
      const askedMs = pageUnixMs()
      const wish = { ...settings, ...(preset === '' ? {} : { preset }) }
      const run = await requestJson<RealtimeRun>('POST', '/api/realtime', wish)
      this.#clock.note(askedMs, pageUnixMs(), run.serverUnixMs)
      if (this.#isClosed) return this.#remove(run.id)
      this.run.value = run
      for (let reading = 0; reading < CLOCK_READINGS; reading += 1) await this.#readClock(run.id)
      if (this.#isClosed) return this.#remove(run.id)
      this.#follow(run.id)
      for (const way of realtimeWays) if (isPageWay(way)) this.#openWay(way, run, pollMs)
      this.phase.value = 'running'
    } catch (error) {
      this.problem.value = (error as Error).message
      this.phase.value = 'failed'
    }
  }

  /** Rate and size of the events, from the next one on. */
  async change(settings: Pick<RealtimePageSettings, 'eventsPerSecond' | 'eventBytes'>): Promise<void> {
    await this.#ask('PATCH', '', settings)
  }

  /** Short polls at another pace, from the newest event on. */
  changePollMs(pollMs: number): void {
    const run = this.run.value
    if (run === undefined) return
    for (const way of ['short-polling', 'short-polling-closing'] as const) this.#openWay(way, run, pollMs)
  }

  async goAway(seconds: number): Promise<void> {
    await this.#ask('POST', '/away', { seconds })
  }

  /** Sends a message up by every way. */
  say(text: string): void {
    for (const way of realtimeWays) {
      const message = this.messages.say(way, text, this.serverUnixMs())
      if (isPageWay(way)) this.#readers.get(way)?.say(JSON.stringify(message))
      else void this.#ask('POST', '/messages', { way, ...message })
    }
  }

  serverUnixMs(): number {
    return this.#clock.unixMs(pageUnixMs())
  }

  originOf(way: RealtimeWay): string {
    return originAt(this.run.value?.ways[way].port ?? 0)
  }

  /** An address of this page's own origin, through the line of a way where there is one. */
  behindLink(way: RealtimeWay, path: string): string {
    const link = this.run.value?.ways[way].link
    return link === undefined ? path : `/link/${link}${path}`
  }

  close(): void {
    this.#isClosed = true
    for (const reader of this.#readers.values()) reader.close()
    if (this.#socket !== undefined) {
      this.#socket.onclose = null
      this.#socket.close()
    }
    const { value: run } = this.run
    if (run !== undefined && this.phase.value === 'running') this.#remove(run.id)
  }

  async #readClock(id: string): Promise<void> {
    const askedMs = pageUnixMs()
    const { serverUnixMs } = await requestJson<RealtimeRun>('GET', `/api/realtime/${id}`)
    this.#clock.note(askedMs, pageUnixMs(), serverUnixMs)
  }

  #remove(id: string): void {
    requestJson('DELETE', `/api/realtime/${id}`).catch(() => undefined) // it ends by itself, too
  }

  async #ask(method: string, path: string, body: unknown): Promise<void> {
    const { value: run } = this.run
    if (run === undefined) return
    try {
      await requestJson(method, `/api/realtime/${run.id}${path}`, body)
      this.problem.value = undefined
    } catch (error) {
      this.problem.value = (error as Error).message
    }
  }

  /** The server's counts come over a WebSocket to the page's own origin: none of the six connections that others need. */
  #follow(id: string): void {
    const socket = new WebSocket(webSocketAddress(`/api/realtime/${id}/ws`))
    this.#socket = socket
    socket.onmessage = ({ data }: MessageEvent<string>) => this.#note(JSON.parse(data) as RealtimeRun)
    socket.onclose = () => (this.phase.value = 'ended')
  }

  #note(run: RealtimeRun): void {
    this.run.value = run
    const { tcp, udp } = run.ownClients
    this.rows.value = realtimeWays.map((way) => ({
      way,
      figures: run.ways[way],
      reception: way === 'tcp' || way === 'udp' ? run.ownClients[way].reception : this.#receptions.get(way)!.read(),
    }))
    this.messages.noteHeard('tcp', tcp.heard)
    this.messages.noteHeard('udp', udp.heard)
    this.history.add(run.serverUnixMs / 1000, this.rows.value) // ms to s
  }

  #openWay(way: PageWay, run: RealtimeRun, pollMs: number): void {
    const reception = this.#receptions.get(way)!
    this.#readers.get(way)?.close()
    const reader = pageWays[way]({
      origin: originAt(run.ways[way].port ?? 0),
      offerPath: `/api/realtime/${run.id}/data-channel`,
      pollMs,
      cursor: () => reception.newestSequence,
      take: (event) => this.#take(way, reception, event),
    })
    this.#readers.set(way, reader)
  }

  #take(way: RealtimeWay, reception: EventReception, event: RealtimeEvent): void {
    const receivedUnixMs = this.serverUnixMs()
    reception.add(event.sequence, event.unixMs, receivedUnixMs)
    if (event.kind !== 'message' || event.message.way !== way) return
    this.messages.hear(event.message, event.unixMs, receivedUnixMs)
  }
}

/** This host by the name that the page knows it by, at another port: another origin. */
function originAt(port: number): string {
  return `http://${location.hostname}:${port}`
}
