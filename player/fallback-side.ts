import { effect, signal } from '@preact/signals'
import type { RunEvent } from '../stream/record.ts'
import { Fallback, type FallbackWay } from '../stream/fallback.ts'
import { HlsSide, type HlsOptions } from './hls-side.ts'
import { beforeStart, type Side, type SideStart, type SideStatus, type Sound } from './side.ts'
import { UdpSide, type UdpOptions } from './udp-side.ts'
import { wallMs } from './wall-clock.ts'

export type FallbackOptions = {
  readonly udp: Omit<UdpOptions, 'way' | 'heard'>
  readonly hls: HlsOptions
}

const WAYS: readonly FallbackWay[] = ['rtp-udp', 'rtp-tcp', 'hls']
const LOOK_MS = 50

/** A viewer who wants UDP and takes what gets through: RTP over UDP, then RTP over TCP, then HLS. What is shown stays one side
 *  of the comparison, whatever brings it. */
export class FallbackSide implements Side {
  readonly name = 'udp'
  readonly status = signal(beforeStart)
  readonly ready: Promise<void>
  readonly #start: SideStart
  readonly #options: FallbackOptions
  readonly #timer: ReturnType<typeof setInterval>
  #fallback: Fallback | undefined // from `begin` on
  #inner: Side
  #sound: Sound
  #stopFollowing = (): void => {}
  #isStill = false // paused, or over

  constructor(start: SideStart, options: FallbackOptions) {
    this.#start = start
    this.#options = options
    this.#sound = start.sound
    this.#inner = this.#newInner('rtp-udp', start)
    this.#follow()
    this.ready = this.#inner.ready
    this.#timer = setInterval(() => {
      if (this.#fallback?.look(wallMs()) === true) this.#goOn()
    }, LOOK_MS)
  }

  begin(): void {
    this.#fallback = new Fallback(WAYS, wallMs())
    this.#inner.begin()
  }

  positionSeconds(): number {
    return this.#inner.positionSeconds()
  }

  play(): void {
    this.#inner.play()
  }

  pause(): void {
    this.#inner.pause()
  }

  seek(seconds: number): void {
    this.#inner.seek(seconds)
  }

  chooseVariant(variant: string | undefined): void {
    this.#inner.chooseVariant(variant)
  }

  setSound(sound: Sound): void {
    this.#sound = sound
    this.#inner.setSound(sound)
  }

  details(): Readonly<Record<string, unknown>> {
    return { ...this.#inner.details(), tries: this.#fallback?.tries }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#stopFollowing()
    this.#inner.close()
  }

  #newInner(way: FallbackWay, start: SideStart): Side {
    const { udp, hls } = this.#options
    if (way === 'hls') return new HlsSide({ ...start, tell: (events) => start.tell(events.map(ofThisSide)) }, hls)
    return new UdpSide(start, {
      ...udp,
      way: way === 'rtp-udp' ? 'raw' : 'tcp',
      heard: (what) => this.#fallback?.[what](wallMs()),
    })
  }

  /** The next way, from where this one was. */
  #goOn(): void {
    const way = this.#fallback?.way
    if (way === undefined) return
    const { phase } = this.#inner.status.value
    const startSeconds = this.#inner.positionSeconds()
    this.#stopFollowing()
    this.#inner.close()
    const { durationSeconds } = this.status.value
    const startPaused = phase === 'paused' || (phase === 'starting' && this.#start.startPaused)
    const inner = this.#newInner(way, {
      ...this.#start,
      startSeconds,
      durationSeconds,
      startPaused,
      sound: this.#sound,
    })
    this.#inner = inner
    this.#follow()
    void inner.ready.then(() => this.#inner === inner && inner.begin())
  }

  #follow(): void {
    this.#stopFollowing = effect(() => this.#show(this.#inner.status.value))
  }

  #show(status: SideStatus): void {
    const fallback = this.#fallback
    const { phase } = status
    if (phase === 'failed' && fallback?.refused(wallMs()) === true) return void queueMicrotask(() => this.#goOn())
    if (phase === 'playing') fallback?.picture(wallMs())
    const isStill = phase === 'paused' || phase === 'ended' || phase === 'held'
    if (isStill !== this.#isStill) fallback?.setStill(isStill, wallMs())
    this.#isStill = isStill
    this.status.value = { ...status, tries: fallback?.tries ?? [] }
  }
}

/** What HLS tells is told of the side that it stands in for. */
function ofThisSide(event: RunEvent): RunEvent {
  return 'side' in event ? { ...event, side: 'udp' } : event
}
