import { isOfViewer, listensTo, type EventOf, type Heard } from './event-kinds.ts'
import { Newest } from './newest.ts'
import type { LinkEvent, PacketEvent, RunEvent, ViewerEvent } from './record.ts'
import { RunAxis } from './run-axis.ts'
import type { Standstill } from './standstills.ts'
import { isWatchEvent, Watching } from './watching.ts'
import {
  explainStall,
  LINE_BIN_MS,
  type LineBin,
  type StallStory,
  type Transfer,
  type WindowSample,
} from './why-stall.ts'

export type StallLogOptions = {
  readonly frameIntervalMs: number
  readonly bitrateOf?: (variant: string) => number | undefined // where it has not been shown yet
}

type OpenBin = { -readonly [key in keyof LineBin]: LineBin[key] }

const TEN_MINUTES = 600_000 / LINE_BIN_MS // in bins
const REQUEST_BYTES = 100 // an ACK is smaller, headers and all
const NEAR_MS = 2000 // a mark on a chart is not hit exactly
const isOfSegments = listensTo('buffer', 'variant-shown', 'segment-asked', 'segment-received', 'segment-cancelled')

/** Keeps what an explanation of HLS' stalls needs: the newest 500 segments and 250 stalls, and ten minutes of the sender's
 *  windows and of the line. Feed a run's events in their order. */
export class StallLog {
  readonly #axis = new RunAxis()
  readonly #watching: Watching // on the run's axis
  readonly #ended = new Newest<Standstill>(250)
  readonly #bitrateOf: (variant: string) => number | undefined
  readonly #bitrates = new Map<string, number>()
  readonly #transfers = new Newest<Transfer>(500)
  readonly #windows = new Newest<WindowSample>(TEN_MINUTES)
  readonly #bins = new Newest<OpenBin>(TEN_MINUTES)
  readonly #requests = new Newest<number>(2000)
  readonly #rates = new Newest<{ readonly atMs: number; readonly bitsPerSecond: number | undefined }>(2000)
  readonly #positions = new Newest<{ readonly atMs: number; readonly positionSeconds: number }>(15_000)
  #bufferSeconds: number | undefined
  #newestMs = -Infinity // of the viewer

  constructor({ frameIntervalMs, bitrateOf }: StallLogOptions) {
    this.#watching = new Watching(frameIntervalMs, { stalled: (stall) => this.#ended.push(stall) })
    this.#bitrateOf = (variant) => this.#bitrates.get(variant) ?? bitrateOf?.(variant)
  }

  add(event: RunEvent): void {
    const atMs = this.#axis.place(event)
    if ('lane' in event) this.#addOfLink(event, atMs)
    else if (isOfViewer(event) && event.side !== 'udp') this.#watch(event, atMs)
  }

  /** When the newest stall began, on the run's axis. */
  get newestStallMs(): number | undefined {
    return this.#stalls().at(-1)?.stall.fromMs
  }

  explainNewest(): StallStory | undefined {
    const newest = this.#stalls().at(-1)
    return newest && this.#explain(newest.stall, newest.isOver)
  }

  /** Of the stall at this place on the run's axis, or the nearest within two seconds. */
  explainStallAt(axisMs: number): StallStory | undefined {
    const distanceOf = ({ fromMs, toMs }: Standstill) => Math.max(0, fromMs - axisMs, axisMs - toMs)
    const [nearest] = this.#stalls().toSorted((a, b) => distanceOf(a.stall) - distanceOf(b.stall))
    if (nearest === undefined || distanceOf(nearest.stall) > NEAR_MS) return undefined
    return this.#explain(nearest.stall, nearest.isOver)
  }

  #explain(stall: Standstill, isOver: boolean): StallStory {
    const positionSeconds = this.#positions.items.findLast(({ atMs }) => atMs < stall.toMs)?.positionSeconds
    return explainStall({
      stall,
      isOver,
      ...(positionSeconds === undefined ? {} : { positionSeconds }),
      transfers: this.#transfers.items,
      windows: this.#windows.items,
      bins: this.#bins.items,
      requestsArrivedMs: this.#requests.items,
      rates: this.#rates.items,
      bitrateOf: this.#bitrateOf,
    })
  }

  #stalls(): readonly { readonly stall: Standstill; readonly isOver: boolean }[] {
    const ended = this.#ended.items.map((stall) => ({ stall, isOver: true }))
    const openSinceMs = this.#watching.stalls.openSinceMs(this.#newestMs)
    if (openSinceMs === undefined) return ended
    return [...ended, { stall: { fromMs: openSinceMs, toMs: this.#newestMs }, isOver: false }]
  }

  #watch(event: ViewerEvent, atMs: number): void {
    this.#newestMs = Math.max(this.#newestMs, atMs)
    if (event.kind === 'playhead') this.#positions.push({ atMs, positionSeconds: event.positionSeconds })
    if (isWatchEvent(event)) this.#watching.add({ ...event, atMs })
    else if (isOfSegments(event)) this.#follow(event, atMs)
  }

  #follow(event: Heard<typeof isOfSegments>, atMs: number): void {
    switch (event.kind) {
      case 'buffer':
        this.#bufferSeconds = event.bufferSeconds
        return
      case 'variant-shown':
        this.#bitrates.set(event.variant, event.bitsPerSecond)
        return
      case 'segment-asked':
        return this.#ask(event, atMs)
      case 'segment-received':
      case 'segment-cancelled':
        return this.#receive(event, atMs)
    }
  }

  #ask({ uri, variant }: EventOf<'segment-asked'>, askedMs: number): void {
    const bufferSeconds = this.#bufferSeconds
    this.#transfers.push({
      uri,
      ...(variant === undefined ? {} : { variant }),
      askedMs,
      isCancelled: false,
      ...(bufferSeconds === undefined ? {} : { bufferSeconds }),
    })
  }

  #receive(event: EventOf<'segment-received' | 'segment-cancelled'>, endedMs: number): void {
    const { uri, variant, sizeBytes, atMs, askedMs, firstByteMs } = event
    const asked = this.#transfers.takeLast(
      (transfer) => transfer.uri === uri && transfer.variant === variant && transfer.endedMs === undefined,
    )
    this.#transfers.push({
      uri,
      ...(variant === undefined ? {} : { variant }),
      ...asked,
      askedMs: endedMs - (atMs - askedMs),
      ...(firstByteMs === undefined ? {} : { firstByteMs: endedMs - (atMs - firstByteMs) }),
      endedMs,
      sizeBytes,
      isCancelled: event.kind === 'segment-cancelled',
    })
  }

  #addOfLink(event: LinkEvent, atMs: number): void {
    if (event.lane === 'udp') return
    if (event.kind === 'rate-set' && event.direction === 'down') {
      this.#rates.push({ atMs, bitsPerSecond: event.rateBitsPerSecond })
    } else if (event.kind === 'tcp-state' && event.direction === 'down') this.#windows.push({ ...event, atMs })
    else if ('packet' in event && event.traffic === 'tcp') this.#addPacket(event, atMs)
  }

  #addPacket(event: PacketEvent, atMs: number): void {
    if (event.direction === 'up') {
      if (event.kind === 'packet-delivered' && event.sizeBytes > REQUEST_BYTES) this.#requests.push(atMs)
      return
    }
    if (event.kind === 'packet-accepted') return
    const bin = this.#binAt(atMs)
    if (event.kind === 'packet-delivered') {
      bin.deliveredBytes += event.sizeBytes
      bin.deliveredPackets += 1
      bin.queueingDelayMsSum += event.queueingDelayMs
    } else if (event.cause === 'queue') bin.tailDroppedPackets += 1
    else bin.lostPackets += 1
  }

  #binAt(atMs: number): OpenBin {
    const beginMs = Math.floor(atMs / LINE_BIN_MS) * LINE_BIN_MS
    const newest = this.#bins.items.at(-1)
    if (newest !== undefined && newest.atMs >= beginMs) return newest
    const bin = {
      atMs: beginMs,
      deliveredBytes: 0,
      deliveredPackets: 0,
      lostPackets: 0,
      tailDroppedPackets: 0,
      queueingDelayMsSum: 0,
    }
    this.#bins.push(bin)
    return bin
  }
}
