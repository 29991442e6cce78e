import type { ChannelPictures } from '../protocol/weir-api.ts'
import type { EventOf } from '../stream/event-kinds.ts'
import type { ViewerEvent } from '../stream/record.ts'

const ASKED_EVERY_MS = 1000
const MOST_WAITING = 2000 // pictures that were shown, of which the server has not told yet
const KEPT_CAPTURES = 2000
const SAME_PICTURE_TICKS = 2 // moments are rounded on their way

type Shown = EventOf<'frame-shown'>

/** How late the pictures of a channel are that a viewer of RTP shows: its server tells when each was captured, over HTTP. Viewer and
 *  server have one clock: they run on one machine. */
export class ChannelLatency {
  readonly #address: string
  readonly #tell: (event: ViewerEvent) => void
  readonly #timer: NodeJS.Timeout
  readonly #capturedUnixMs = new Map<number, number>() // by presentation time
  #newestTicks: number | undefined
  #shown: Shown[] = []

  constructor(url: string, channel: string, tell: (event: ViewerEvent) => void) {
    this.#address = `${url}/api/channels/${channel}/pictures?way=rtp`
    this.#tell = tell
    this.#timer = setInterval(() => void this.#ask(), ASKED_EVERY_MS)
  }

  /** Hands on what the viewer tells. */
  readonly take = (event: ViewerEvent): void => {
    this.#tell(event)
    if (event.kind === 'frame-shown' && this.#shown.length < MOST_WAITING) this.#shown.push(event)
  }

  /** What the server knows of the last pictures is still told. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#ask()
  }

  /** What cannot be had now is asked for the next time. */
  async #ask(): Promise<void> {
    const after = this.#newestTicks === undefined ? '' : `&afterTicks=${this.#newestTicks}`
    const told = await fetch(this.#address + after, { signal: AbortSignal.timeout(ASKED_EVERY_MS) })
      .then((answer) => (answer.ok ? (answer.json() as Promise<ChannelPictures>) : undefined))
      .catch(() => undefined)
    for (const { ptsTicks, capturedUnixMs } of told?.pictures ?? []) this.#keep(ptsTicks, capturedUnixMs)
    const shown = this.#shown
    this.#shown = shown.filter(({ ptsTicks = 0 }) => ptsTicks > (this.#newestTicks ?? -Infinity))
    for (const event of shown) if (!this.#shown.includes(event)) this.#tellLatency(event)
  }

  #keep(ptsTicks: number, capturedUnixMs: number): void {
    this.#newestTicks = Math.max(ptsTicks, this.#newestTicks ?? ptsTicks)
    this.#capturedUnixMs.set(ptsTicks, capturedUnixMs)
    const [oldest] = this.#capturedUnixMs.keys()
    if (this.#capturedUnixMs.size > KEPT_CAPTURES && oldest !== undefined) this.#capturedUnixMs.delete(oldest)
  }

  #tellLatency({ ptsTicks, atMs }: Shown): void {
    for (let off = -SAME_PICTURE_TICKS; off <= SAME_PICTURE_TICKS; off += 1) {
      const capturedUnixMs = ptsTicks === undefined ? undefined : this.#capturedUnixMs.get(ptsTicks + off)
      if (capturedUnixMs === undefined) continue
      return this.#tell({ kind: 'live-latency', atMs, latencyMs: performance.timeOrigin + atMs - capturedUnixMs })
    }
  }
}
