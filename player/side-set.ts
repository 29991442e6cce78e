import { signal, type ReadonlySignal } from '@preact/signals'
import type { VariantSummary } from '../protocol/weir-api.ts'
import { FallbackSide } from './fallback-side.ts'
import { frameIntervalMs } from './frame-interval.ts'
import { HlsSide, type HlsOptions } from './hls-side.ts'
import { MediaSide } from './media-side.ts'
import type { RunLog } from './run-log.ts'
import type { CompareSettings, NetworkSettings, SideName } from './settings.ts'
import type { LiveHls, Side, SideStart, Sound } from './side.ts'
import { StepHold } from './step-hold.ts'
import { UdpSide } from './udp-side.ts'
import { wallMs } from './wall-clock.ts'
import { wayOf } from './ways.ts'

export type Sides = { readonly hls?: HlsSide; readonly udp?: Side }

/** Where each side puts its picture. */
export type Hosts = Readonly<Record<SideName, HTMLElement>>

export type SideSetOptions = {
  readonly videoId: string
  readonly packageFolder: () => string
  readonly settings: ReadonlySignal<CompareSettings>
  readonly network: ReadonlySignal<NetworkSettings>
  readonly log: RunLog
  readonly soundOf: (name: SideName) => Sound
}

type Start = Pick<SideStart, 'host' | 'startSeconds' | 'durationSeconds' | 'startPaused'>
export type SetStart = Omit<Start, 'host'>

/** The sides that play: one, or both with what holds them in step. */
export class SideSet {
  readonly sides = signal<Sides>({})
  readonly stepHold = signal<StepHold | undefined>(undefined)
  variants: readonly VariantSummary[] = [] // what is known of the video; it may still grow
  /** How HLS of a channel is watched; undefined: a video that has an end. */
  readonly live = signal<LiveHls | undefined>(undefined)
  readonly #options: SideSetOptions
  #serverOffsetMs = 0

  constructor(options: SideSetOptions) {
    this.#options = options
  }

  /** Those that are there, HLS first. */
  list(): Side[] {
    return listOf(this.sides.value)
  }

  /** All of them ask for the video at the same moment, once each could and not before `after`: what only a browser needs to
   *  make a way for UDP would else put the two apart. */
  begin(names: readonly SideName[], hosts: Hosts, start: SetStart, after?: Promise<void>): void {
    const begun: Sides = {
      ...(names.includes('hls') ? { hls: this.#makeHls({ ...start, host: hosts.hls }) } : {}),
      ...(names.includes('udp') ? { udp: this.#makeUdp({ ...start, host: hosts.udp }) } : {}),
    }
    this.#set({ ...this.sides.value, ...begun })
    const all = listOf(begun)
    void Promise.all([after, ...all.map(({ ready }) => ready)]).then(() => {
      this.#tellClocks(all)
      all.forEach((side) => side.begin())
    })
  }

  end(names: readonly SideName[]): void {
    const { hls, udp } = this.sides.value
    for (const name of names) this.sides.value[name]?.close()
    this.#set({
      ...(hls === undefined || names.includes('hls') ? {} : { hls }),
      ...(udp === undefined || names.includes('udp') ? {} : { udp }),
    })
  }

  /** By how much the server's civil time is ahead of this page's; every event can be placed by it from now on. */
  setServerClock(offsetMs: number): void {
    this.#serverOffsetMs = offsetMs
    this.#tellClocks(this.list())
  }

  #set(sides: Sides): void {
    this.stepHold.value?.close()
    this.sides.value = sides
    const { settings } = this.#options
    const { hls, udp } = sides
    // What is live is shown by each transport as near as it can: in step UDP would only wait for HLS.
    const isWanted = () => settings.value.inStep && this.live.value === undefined
    const speedRatio = () => settings.value.speedRatio
    this.stepHold.value = hls && udp && new StepHold({ hls, udp }, isWanted, speedRatio)
  }

  #makeHls(start: Start): HlsSide {
    return new HlsSide(this.#startOf('hls', start), this.#hlsOptions())
  }

  #hlsOptions(): HlsOptions {
    const { link, speedRatio } = this.#options.settings.value
    return { link, settings: this.#options.network, speedRatio }
  }

  #makeUdp(start: Start): Side {
    const { link, jitterBufferMs, udp, nack } = this.#options.settings.value
    const way = wayOf(this.#options.settings.value)
    const whole = this.#startOf('udp', start)
    const options = { link, jitterBufferMs, udp }
    if (way === 'media') {
      return new MediaSide(whole, { link, jitterBufferMs, nack, frameIntervalMs: frameIntervalMs(this) })
    }
    if (way === 'fallback') return new FallbackSide(whole, { udp: options, hls: this.#hlsOptions() })
    return new UdpSide(whole, { ...options, over: way === 'tcp' ? 'tcp' : 'udp' })
  }

  #startOf(name: SideName, start: Start): SideStart {
    const { videoId, packageFolder, settings, soundOf, log } = this.#options
    return {
      ...start,
      videoId,
      packageFolder: packageFolder(),
      live: this.live.value,
      variant: settings.value.variants[name],
      sound: soundOf(name),
      tell: (events) => log.tell(events),
      bandwidthOf: (variant) => this.variants.find((known) => known.name === variant)?.bandwidthBitsPerSecond ?? 0,
    }
  }

  #tellClocks(sides: readonly Side[]): void {
    const atMs = wallMs()
    const unixMs = atMs + this.#serverOffsetMs
    this.#options.log.tell(sides.map(({ name }) => ({ kind: 'clock', of: name, atMs, unixMs })))
  }
}

const listOf = ({ hls, udp }: Sides): Side[] => [hls, udp].filter((side) => side !== undefined)
