import type { ChannelPictures, ChannelWay } from '../protocol/weir-api.ts'
import { LatencyJoin, type ReceivedMs } from '../stream/latency-join.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { fetchApart } from './fetch-apart.ts'
import { ServerClock } from './server-clock.ts'
import { wallMs } from './wall-clock.ts'

export type PictureLatenciesOptions = {
  readonly channel: string
  readonly way: ChannelWay
  readonly receivedMs: ReceivedMs
  readonly tell: (event: ViewerEvent) => void
}

const ASKED_EVERY_MS = 1000

/** How late a channel's pictures are on this page, and where the time went. The server tells when they were captured and published,
 *  beside the media: nothing of it crosses the link. */
export class PictureLatencies {
  readonly #options: PictureLatenciesOptions
  readonly #join: LatencyJoin
  readonly #clock = new ServerClock()
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false
  /** Presentation time of the channel's first picture in its files; undefined until the server has told it. */
  originTicks: number | undefined

  constructor(options: PictureLatenciesOptions) {
    this.#options = options
    this.#join = new LatencyJoin(options.receivedMs, options.tell)
    void this.#ask()
  }

  /** A picture is on the screen; 90 kHz after the channel's first one. */
  show(ptsTicks: number, atMs: number): void {
    this.#join.show(ptsTicks, atMs)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  /** What cannot be had now is asked for the next time. */
  async #ask(): Promise<void> {
    const told = await this.#fetch().catch(() => undefined)
    if (this.#isClosed) return
    if (told !== undefined) this.#take(told)
    this.#timer = setTimeout(() => void this.#ask(), ASKED_EVERY_MS)
  }

  async #fetch(): Promise<ChannelPictures | undefined> {
    const { channel, way } = this.#options
    const { newestTicks } = this.#join
    const query = new URLSearchParams({
      way,
      ...(newestTicks === -Infinity ? {} : { afterTicks: String(newestTicks) }),
    })
    const sentMs = wallMs()
    const response = await fetchApart(`/api/channels/${encodeURIComponent(channel)}/pictures?${query}`)
    if (!response.ok) return undefined
    const told = (await response.json()) as ChannelPictures
    this.#clock.note(sentMs, wallMs(), told.unixMs)
    return told
  }

  #take({ originTicks, pictures }: ChannelPictures): void {
    this.originTicks = originTicks
    const { offsetMs } = this.#clock
    this.#join.publish(
      pictures.map(({ ptsTicks, capturedUnixMs, publishedUnixMs, sequence, part }) => ({
        ptsTicks,
        capturedMs: capturedUnixMs - offsetMs,
        publishedMs: publishedUnixMs - offsetMs,
        ...(sequence === undefined ? {} : { file: part === undefined ? `${sequence}` : `${sequence}.${part}` }),
      })),
    )
  }
}
