import { signal } from '@preact/signals'
import type { RunSummary } from '../protocol/weir-api.ts'
import { tellerOf } from '../stream/run-clock.ts'
import type { ClockEvent, RunEvent, ViewerSide } from '../stream/record.ts'
import { writeRecordEvent } from '../stream/run-record.ts'
import { isNoAnswer, refusalOf, requestJson } from './api.ts'
import { fetchApart } from './fetch-apart.ts'
import { openRunLine, type RunLine } from './run-line.ts'
import type { RunLog } from './run-log.ts'
import { ServerClock } from './server-clock.ts'
import { wallMs } from './wall-clock.ts'

export type RunUploadOptions = {
  readonly log: RunLog
  readonly video: string
  readonly link: string
  /** What else is needed to repeat the run: the page's query, what each side was set to. */
  readonly scenario: Readonly<Record<string, unknown>>
  readonly versions?: Readonly<Record<string, string>> // of what takes part, such as hls.js
  /** By how much the server's civil time is ahead of this page's; told again when it is known better. */
  readonly onServerClock: (offsetMs: number) => void
}

/** `failed`: the server does not record, or does so no longer; the page plays on. */
export type RunUploadState =
  | { readonly phase: 'beginning' }
  | { readonly phase: 'recording' | 'ended'; readonly id: string }
  | { readonly phase: 'failed'; readonly id?: string; readonly message: string }

const UPLOAD_MS = 1000
const MOST_WAITING_CHARACTERS = 4_000_000 // a minute of both sides, while the server cannot be reached
const MOST_SENT_CHARACTERS = 1_000_000 // at once
const MOST_KEPT_ALIVE_CHARACTERS = 60_000 // what a browser sends of a page that has gone: 64 kB
const SIDES: readonly ViewerSide[] = ['hls', 'udp']

const CLOCK_SAMPLES = 4

/** Takes what this page's viewers tell to the server, which writes it down beside the truth of the link. It also measures
 *  the server's clock, so that all tellers stand on one axis. */
export class RunUpload {
  readonly state = signal<RunUploadState>({ phase: 'beginning' })
  readonly #options: RunUploadOptions
  readonly #clock = new ServerClock()
  readonly #unlisten: () => void
  #lines: string[] = []
  #waitingCharacters = 0
  #leftOutEvents = 0
  #leftOutMs = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #line: RunLine | undefined
  #uploading: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(options: RunUploadOptions) {
    this.#options = options
    this.#unlisten = options.log.listen((events) => events.forEach(this.#keep))
  }

  /** What the viewers told since the constructor is not lost. */
  async begin(): Promise<void> {
    const { video, link, scenario, versions = {} } = this.#options
    try {
      const { id } = await requestJson<RunSummary>('POST', '/api/runs', { video, link, scenario, versions })
      for (let sample = 0; sample < CLOCK_SAMPLES; sample += 1) await this.#send(id, '')
      this.#tellClock()
      this.state.value = { phase: 'recording', id }
      if (this.#isOver) return await this.end() // while it began
      addEventListener('pagehide', this.#leave)
      this.#uploadLater()
    } catch (error) {
      this.#fail((error as Error).message)
    }
  }

  /** The run is over: what waits is sent, and the server closes the record. */
  async end(): Promise<void> {
    const { value } = this.state
    this.#isOver = true
    this.#close()
    if (value.phase !== 'recording') return
    this.state.value = { phase: 'ended', id: value.id }
    await this.#uploading // a line has one sender at a time, and what comes after the end is refused
    try {
      while (this.#waitingCharacters > MOST_KEPT_ALIVE_CHARACTERS) await this.#sendWaiting(value.id)
      await this.#postEnd(value.id)
    } catch {} // then silence ends it
    this.#line?.close()
  }

  readonly #leave = (): void => {
    const { value } = this.state
    if (value.phase !== 'recording') return
    this.#close()
    this.state.value = { phase: 'ended', id: value.id }
    this.#line?.close()
    const { text } = this.#take(MOST_KEPT_ALIVE_CHARACTERS)
    navigator.sendBeacon(`/api/runs/${value.id}/end`, text)
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#unlisten()
    removeEventListener('pagehide', this.#leave)
  }

  #fail(message: string): void {
    this.#close()
    this.#line?.close()
    const { value } = this.state
    this.state.value = { phase: 'failed', message, ...('id' in value ? { id: value.id } : {}) }
  }

  /** What the link tells the server writes down by itself; this page's clock is told by us. */
  readonly #keep = (event: RunEvent): void => {
    if (event.kind === 'clock' || tellerOf(event) === 'link') return
    if (this.#waitingCharacters > MOST_WAITING_CHARACTERS) {
      this.#leftOutEvents += 1
      this.#leftOutMs = event.atMs
      return
    }
    this.#tellGap()
    this.#add(writeRecordEvent(event))
  }

  #tellGap(): void {
    if (this.#leftOutEvents === 0) return
    this.#add(writeRecordEvent({ kind: 'events-left-out', atMs: this.#leftOutMs, events: this.#leftOutEvents }))
    this.#leftOutEvents = 0
  }

  #add(line: string): void {
    this.#lines.push(line)
    this.#waitingCharacters += line.length
  }

  #uploadLater(): void {
    this.#timer = setTimeout(() => {
      this.#uploading = this.#upload()
    }, UPLOAD_MS)
  }

  async #upload(): Promise<void> {
    const { value } = this.state
    if (value.phase !== 'recording') return
    try {
      await this.#sendWaiting(value.id)
    } catch (error) {
      if (!isNoAnswer(error)) return this.#fail((error as Error).message)
    }
    if (this.state.value.phase === 'recording') this.#uploadLater()
  }

  /** What cannot be sent now waits for the next time. One without lines says that somebody watches still. */
  async #sendWaiting(id: string): Promise<void> {
    const { lines, text } = this.#take(MOST_SENT_CHARACTERS)
    try {
      if (await this.#send(id, text)) this.#tellClock()
    } catch (error) {
      this.#line = undefined
      if (isNoAnswer(error)) this.#giveBack(lines)
      throw error
    }
  }

  /** Whether the server's clock is better known by its answer. */
  async #send(id: string, text: string): Promise<boolean> {
    this.#line ??= await openRunLine(id)
    const sentMs = wallMs()
    const serverUnixMs = await this.#line.send(text)
    return this.#clock.note(sentMs, wallMs(), serverUnixMs)
  }

  async #postEnd(id: string): Promise<void> {
    const body = this.#take(Infinity).text
    const response = await fetchApart(`/api/runs/${id}/end`, { method: 'POST', body, keepalive: true })
    if (!response.ok) throw await refusalOf(response)
  }

  #take(mostCharacters: number): { readonly lines: readonly string[]; readonly text: string } {
    let characters = 0
    const end = this.#lines.findIndex((line) => (characters += line.length) > mostCharacters)
    const lines = this.#lines.splice(0, end === -1 ? this.#lines.length : end)
    const text = lines.join('')
    this.#waitingCharacters -= text.length
    return { lines, text }
  }

  /** Before what waits: events are placed by the clock that was told before them. */
  #tellClock(): void {
    const atMs = wallMs()
    const clocks = SIDES.map((of): ClockEvent => ({ kind: 'clock', of, atMs, unixMs: this.#clock.unixMs(atMs) }))
    this.#giveBack(clocks.map(writeRecordEvent))
    this.#options.onServerClock(this.#clock.offsetMs)
  }

  #giveBack(lines: readonly string[]): void {
    this.#lines = [...lines, ...this.#lines]
    this.#waitingCharacters += lines.join('').length
  }
}
