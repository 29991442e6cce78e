import { signal, type ReadonlySignal } from '@preact/signals'
import { ways } from '../protocol/ways.ts'
import type { VariantSummary } from '../protocol/weir-api.ts'
import { FallbackSide } from './fallback-side.ts'
import { frameIntervalMs } from './frame-interval.ts'
import { HlsSide, type HlsOptions } from './hls-side.ts'
import { MediaSide } from './media-side.ts'
import type { RunLog } from './run-log.ts'
import type { CompareSettings, NetworkSettings, PaneName } from './settings.ts'
import type { LiveHls, Side, SideStart, Sound } from './side.ts'
import { StepHold } from './step-hold.ts'
import { UdpSide } from './udp-side.ts'
import { wallMs } from './wall-clock.ts'
import { wayInPage } from './way-in-page.ts'

export type Sides = { readonly hls?: HlsSide; readonly udp?: Side; readonly third?: UdpSide }

/** Where each side puts its picture. */
export type Hosts = Readonly<Record<PaneName, HTMLElement>>

export type SideSetOptions = {
  readonly videoId: string
  readonly packageFolder: () => string
  readonly settings: ReadonlySignal<CompareSettings>
  readonly network: ReadonlySignal<NetworkSettings>
  readonly log: RunLog
  readonly soundOf: (name: PaneName) => Sound
}

type Start = Pick<SideStart, 'host' | 'startSeconds' | 'durationSeconds' | 'startPaused'>
export type SetStart = Omit<Start, 'host'>

/** The sides that play: one, or both with what holds them in step, and a third picture beside them. */
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
  begin(names: readonly PaneName[], hosts: Hosts, start: SetStart, after?: Promise<void>): void {
    const begun: Sides = {
      ...(names.includes('hls') ? { hls: this.#makeHls({ ...start, host: hosts.hls }) } : {}),
      ...(names.includes('udp') ? { udp: this.#makeUdp({ ...start, host: hosts.udp }) } : {}),
      ...(names.includes('third') ? { third: this.#makeThird({ ...start, host: hosts.third }) } : {}),
    }
    this.#set({ ...this.sides.value, ...begun })
    const all = listOf(begun)
    void Promise.all([after, ...all.map(({ ready }) => ready)]).then(() => {
      this.#tellClocks(all)
      all.forEach((side) => side.begin())
    })
  }

  end(names: readonly PaneName[]): void {
    const { hls, udp, third } = this.sides.value
    for (const name of names) this.sides.value[name]?.close()
    this.#set({
      ...(hls === undefined || names.includes('hls') ? {} : { hls }),
      ...(udp === undefined || names.includes('udp') ? {} : { udp }),
      ...(third === undefined || names.includes('third') ? {} : { third }),
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
    const way = wayInPage(this.#options.settings.value)
    const options = { name: 'udp', link, jitterBufferMs, udp, hasOwnLane: false } as const
    const whole = this.#startOf('udp', start)
    if (ways[way].receiver === 'browser') {
      return new MediaSide(whole, { link, jitterBufferMs, nack, frameIntervalMs: frameIntervalMs(this) })
    }
    if (ways[way].fallsBack) return new FallbackSide(whole, { udp: options, hls: this.#hlsOptions() })
    return new UdpSide(whole, { ...options, way })
  }

  /** On a copy of the lane, or both ways of UDP would share its rate and draw its losses in turn. The run's record knows two
   *  sides. */
  #makeThird(start: Start): UdpSide {
    const { link, jitterBufferMs, udp, way, third = way } = this.#options.settings.value
    const options = { name: 'third', link, jitterBufferMs, udp, way: third, hasOwnLane: true } as const
    return new UdpSide({ ...this.#startOf('third', start), tell: () => {} }, options)
  }

  #startOf(name: PaneName, start: Start): SideStart {
    const { videoId, packageFolder, settings, soundOf, log } = this.#options
    return {
      ...start,
      videoId,
      packageFolder: packageFolder(),
      live: this.live.value,
      variant: settings.value.variants[name === 'hls' ? 'hls' : 'udp'],
      sound: soundOf(name),
      tell: (events) => log.tell(events),
      bandwidthOf: (variant) => this.variants.find((known) => known.name === variant)?.bandwidthBitsPerSecond ?? 0,
    }
  }

  #tellClocks(sides: readonly Side[]): void {
    const atMs = wallMs()
    const unixMs = atMs + this.#serverOffsetMs
    for (const { name } of sides)
      if (name !== 'third') this.#options.log.tell([{ kind: 'clock', of: name, atMs, unixMs }])
  }
}

const listOf = ({ hls, udp, third }: Sides): Side[] => [hls, udp, third].filter((side) => side !== undefined)
