import { batch, computed, signal } from '@preact/signals'
import type { VariantSummary } from '../protocol/weir-api.ts'
import type { ViewerSide } from '../stream/record.ts'
import { mayPlayWithSound } from './autoplay.ts'
import { HlsSide } from './hls-side.ts'
import { LinkFeed } from './link-feed.ts'
import { LinkTruthPoll } from './link-truth.ts'
import { replaceSearch } from './navigation.ts'
import { NetworkLink } from './network-link.ts'
import { playerStatus, type PlayerStatus } from './player-status.ts'
import { RunLog } from './run-log.ts'
import {
  readCompareSettings,
  sidesIn,
  writeCompareSettings,
  type CompareSettings,
  type SideName,
  type ViewName,
} from './settings.ts'
import type { Side, SideStart, Sound } from './side.ts'
import { StepHold } from './step-hold.ts'
import { UdpSide } from './udp-side.ts'
import { wallMs } from './wall-clock.ts'

/** Where each side puts its picture. */
export type Hosts = Readonly<Record<SideName, HTMLElement>>
type Sides = { readonly hls?: HlsSide; readonly udp?: UdpSide }

/** Both pictures side by side need this much room. */
const WIDE = '(min-width: 900px)'
const viewOfNewcomer = (): ViewName => (matchMedia(WIDE).matches ? 'both' : 'hls')

/** One person watching one video: which sides play, from where, how loud. The address follows every setting. */
export class Viewing {
  readonly videoId: string
  readonly settings = signal<CompareSettings>(readCompareSettings(location.search, viewOfNewcomer()))
  readonly sound = signal<Sound>({ volumeRatio: 1, muted: false })
  readonly sides = signal<Sides>({})
  readonly network: NetworkLink
  readonly truth: LinkTruthPoll
  /** What both sides and the link tell. */
  readonly log = new RunLog()
  readonly stepHold = signal<StepHold | undefined>(undefined)
  readonly status = computed((): PlayerStatus | undefined =>
    this.#waitsForPlay.value ? this.#waitingStatus() : playerStatus(this.#begun().map(({ status }) => status.value)),
  )
  readonly #feed: LinkFeed
  readonly #networkIsSet: Promise<void>
  readonly #waitsForPlay = signal(false) // the browser wants a click before there is sound
  #hosts: Hosts | undefined
  #variants: readonly VariantSummary[] = []
  #durationSeconds = 0
  #serverOffsetMs = 0
  #isClosed = false

  constructor(videoId: string) {
    this.videoId = videoId
    const { link, preset, network } = this.settings.value
    this.network = new NetworkLink(link, (inAddress) => this.change(inAddress))
    this.truth = new LinkTruthPoll(link, (summary) => this.network.follow(summary))
    this.#feed = new LinkFeed(link, this.log)
    this.#networkIsSet = this.network.open({ preset, network })
  }

  /** The first of those that are there: HLS, of both. */
  get lead(): Side | undefined {
    return this.#begun()[0]
  }

  /** Begins in the hosts once the link is as the address says, and at once where the browser allows sound. */
  open(hosts: Hosts): void {
    this.#hosts = hosts
    this.#isClosed = false
    this.truth.open()
    this.#feed.open()
    void Promise.all([this.#mayBegin(), this.#networkIsSet]).then(([mayBegin]) => {
      if (this.#isClosed) return
      if (mayBegin) this.#beginAll(this.settings.value.startSeconds, false)
      else this.#waitsForPlay.value = true
    })
  }

  close(): void {
    this.#isClosed = true
    this.truth.close()
    this.#feed.close()
    this.#end(['hls', 'udp'])
  }

  /** What is known of the video; it may still grow. */
  followVariants(variants: readonly VariantSummary[]): void {
    this.#variants = variants
  }

  change(changes: Partial<CompareSettings>): void {
    this.settings.value = { ...this.settings.value, ...changes }
    replaceSearch(writeCompareSettings(this.settings.value))
  }

  /** By how much the server's civil time is ahead of this page's; every event can be placed by it from now on. */
  setServerClock(offsetMs: number): void {
    this.#serverOffsetMs = offsetMs
    this.#tellClocks(this.#begun().map(({ name }) => name))
  }

  /** To another view at the same position. A side that stays goes on; one that comes begins there: HLS at the very frame,
   *  UDP from the keyframe at or before it. */
  switchTo(view: ViewName): void {
    const before = this.settings.value.side
    if (before === view) return
    const lead = this.lead
    const isPaused = this.status.value?.phase === 'paused'
    batch(() => {
      this.change({ side: view })
      if (this.#waitsForPlay.value) return this.togglePlay()
      if (lead === undefined) return // begins as the settings say
      const positionSeconds = lead.positionSeconds()
      this.#end(sidesIn(before).filter((name) => !sidesIn(view).includes(name)))
      this.#begin(
        sidesIn(view).filter((name) => this.sides.value[name] === undefined),
        positionSeconds,
        isPaused,
      )
      this.#applySound()
    })
  }

  togglePlay(): void {
    if (this.#waitsForPlay.value) {
      this.#waitsForPlay.value = false
      return this.#beginAll(this.settings.value.startSeconds, false)
    }
    const phase = this.status.value?.phase
    if (phase === 'ended') this.seek(0)
    else if (phase === 'paused' || phase === 'failed') this.#play()
    else this.#begun().forEach((side) => isGoing(side) && side.pause())
  }

  seek(seconds: number): void {
    const { durationSeconds } = this.status.value ?? { durationSeconds: 0 }
    const within = Math.min(Math.max(0, seconds), durationSeconds)
    this.#begun().forEach((side) => side.seek(within))
  }

  seekBy(seconds: number): void {
    const { lead } = this
    if (lead !== undefined) this.seek(lead.positionSeconds() + seconds)
  }

  /** Of one side where both are seen; else of whichever is. */
  chooseVariant(name: SideName, variant: string | undefined): void {
    const { side, variants } = this.settings.value
    this.change({ variants: side === 'both' ? { ...variants, [name]: variant } : { hls: variant, udp: variant } })
    const isBestOverUdp = variant === undefined && name === 'udp'
    if (isBestOverUdp) this.#restart('udp') // which one is the best, the server says
    else this.sides.value[name]?.chooseVariant(variant)
  }

  setSpeed(speedRatio: number): void {
    this.change({ speedRatio })
    if (this.stepHold.value === undefined) this.sides.value.hls?.setSpeed(speedRatio)
  }

  setSound(sound: Sound): void {
    this.sound.value = sound
    this.#applySound()
  }

  hearFrom(name: SideName): void {
    this.change({ soundFrom: name })
    this.#applySound()
  }

  #begun(): Side[] {
    return sidesOf(this.sides.value)
  }

  #waitingStatus(): PlayerStatus {
    return { phase: 'paused', positionSeconds: this.settings.value.startSeconds, durationSeconds: 0 }
  }

  /** Both have one beginning, so neither begins before a click where HLS would have to wait for one. One alone shows by
   *  itself what the browser allows. */
  async #mayBegin(): Promise<boolean> {
    const { side, soundFrom } = this.settings.value
    return side !== 'both' || soundFrom === 'udp' || mayPlayWithSound()
  }

  #soundOf(name: SideName): Sound {
    const { side, soundFrom } = this.settings.value
    const { volumeRatio, muted } = this.sound.value
    return { volumeRatio, muted: muted || (side === 'both' && soundFrom !== name) }
  }

  #applySound(): void {
    this.#begun().forEach((side) => side.setSound(this.#soundOf(side.name)))
  }

  #play(): void {
    for (const side of this.#begun()) {
      const { phase } = side.status.value
      if (phase === 'failed') this.#restart(side.name)
      else if (phase === 'paused') side.play()
    }
  }

  #restart(name: SideName): void {
    const side = this.sides.value[name]
    if (side === undefined) return
    const others = this.#begun().filter((other) => other !== side && other.status.value.phase !== 'failed')
    const positionSeconds = (others[0] ?? side).positionSeconds()
    const isPaused = side.status.value.phase === 'paused'
    batch(() => {
      this.#end([name])
      this.#begin([name], positionSeconds, isPaused)
    })
  }

  #beginAll(startSeconds: number, startPaused: boolean): void {
    this.#begin(sidesIn(this.settings.value.side), startSeconds, startPaused)
  }

  /** All of them ask for the video at the same moment, once each could: what only a browser needs to make a way for UDP
   *  would else put the two apart. */
  #begin(names: readonly SideName[], startSeconds: number, startPaused: boolean): void {
    const start = { startSeconds, startPaused }
    const begun: Sides = {
      ...(names.includes('hls') ? { hls: this.#makeHls(start) } : {}),
      ...(names.includes('udp') ? { udp: this.#makeUdp(start) } : {}),
    }
    this.#set({ ...this.sides.value, ...begun })
    const all = sidesOf(begun)
    void Promise.all(all.map(({ ready }) => ready)).then(() => {
      this.#tellClocks(names)
      all.forEach((side) => side.begin())
    })
  }

  #end(names: readonly SideName[]): void {
    this.#durationSeconds = this.status.value?.durationSeconds ?? 0
    const { hls, udp } = this.sides.value
    for (const name of names) this.sides.value[name]?.close()
    this.#set({
      ...(hls === undefined || names.includes('hls') ? {} : { hls }),
      ...(udp === undefined || names.includes('udp') ? {} : { udp }),
    })
  }

  #set(sides: Sides): void {
    this.stepHold.value?.close()
    this.sides.value = sides
    const { hls, udp } = sides
    const isWanted = () => this.settings.value.inStep
    const speedRatio = () => this.settings.value.speedRatio
    this.stepHold.value = hls && udp && new StepHold({ hls, udp }, isWanted, speedRatio)
  }

  #makeHls(start: Pick<SideStart, 'startSeconds' | 'startPaused'>): HlsSide {
    const { link, speedRatio } = this.settings.value
    return new HlsSide(this.#startOf('hls', start), { link, settings: this.network.settings, speedRatio })
  }

  #makeUdp(start: Pick<SideStart, 'startSeconds' | 'startPaused'>): UdpSide {
    const { link, jitterBufferMs, udp } = this.settings.value
    return new UdpSide(this.#startOf('udp', start), { link, jitterBufferMs, udp })
  }

  #startOf(name: SideName, start: Pick<SideStart, 'startSeconds' | 'startPaused'>): SideStart {
    return {
      ...start,
      host: this.#hosts![name],
      videoId: this.videoId,
      durationSeconds: this.#durationSeconds,
      variant: this.settings.value.variants[name],
      sound: this.#soundOf(name),
      tell: (events) => this.log.tell(events),
      bandwidthOf: (variant) => this.#variants.find((known) => known.name === variant)?.bandwidthBitsPerSecond ?? 0,
    }
  }

  #tellClocks(of: readonly ViewerSide[]): void {
    const atMs = wallMs()
    this.log.tell(of.map((side) => ({ kind: 'clock', of: side, atMs, unixMs: atMs + this.#serverOffsetMs })))
  }
}

const sidesOf = ({ hls, udp }: Sides): Side[] => [hls, udp].filter((side) => side !== undefined)

const isGoing = ({ status }: Side): boolean => !['paused', 'ended', 'failed'].includes(status.value.phase)
