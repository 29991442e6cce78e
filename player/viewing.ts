import { batch, computed, effect, signal, type ReadonlySignal } from '@preact/signals'
import type { WayName } from '../protocol/ways.ts'
import type { Video } from '../protocol/weir-api.ts'
import { mayPlayWithSound } from './autoplay.ts'
import { frameIntervalMs } from './frame-interval.ts'
import { LinkFeed } from './link-feed.ts'
import { LinkTruthFeed } from './link-truth.ts'
import { LiveLatencies } from './live-latencies.ts'
import { replaceSearch } from './navigation.ts'
import { NetworkLink } from './network-link.ts'
import { packageFolder } from './package-folder.ts'
import { playerStatus, type PlayerStatus } from './player-status.ts'
import { repeatingQuery } from './run-address.ts'
import { RunLog } from './run-log.ts'
import { RunRecording } from './run-recording.ts'
import {
  readCompareSettings,
  panesIn,
  writeCompareSettings,
  type CompareSettings,
  type PaneName,
  type SideName,
  type ViewName,
} from './settings.ts'
import { SideSet, type Hosts, type SetStart, type Sides } from './side-set.ts'
import type { Side, Sound } from './side.ts'
import type { StepHold } from './step-hold.ts'

/** Both pictures side by side need this much room. */
const WIDE = '(min-width: 900px)'
/** Half of what a recorded video has: what is live is watched for its nearness. */
const LIVE_JITTER_BUFFER_MS = 100
const ALL_PANES: readonly PaneName[] = ['hls', 'udp', 'third']
const UDP_PANES = ['udp', 'third'] as const
const viewOfNewcomer = (): ViewName => (matchMedia(WIDE).matches ? 'both' : 'hls')

/** One person watching one video: which sides play, from where, how loud. The address follows every setting. */
export class Viewing {
  readonly videoId: string
  readonly settings = signal<CompareSettings>(readCompareSettings(location.search, viewOfNewcomer()))
  readonly sound = signal<Sound>({ volumeRatio: 1, muted: false })
  readonly network: NetworkLink
  readonly truth: LinkTruthFeed
  /** What both sides and the link tell. */
  readonly log = new RunLog()
  readonly run: RunRecording
  /** Of a channel. */
  readonly latencies = new LiveLatencies(this.log)
  readonly status = computed((): PlayerStatus | undefined =>
    this.#waitsForPlay.value ? this.#waitingStatus() : playerStatus(this.#set.list().map(({ status }) => status.value)),
  )
  /** False for a file of sound alone. */
  readonly hasPictures = signal(true)
  /** Of its HLS files: as the server last told it. */
  readonly packageFolder = (): string => this.#packageFolder
  #packageFolder: string
  readonly #feed: LinkFeed
  readonly #networkIsSet: Promise<void>
  readonly #waitsForPlay = signal(false) // the browser wants a click before there is sound
  readonly #set: SideSet
  #hosts: Hosts | undefined
  #durationSeconds = 0
  #isClosed = false
  #stopWatching = (): void => {}

  constructor(videoId: string) {
    this.videoId = videoId
    this.#packageFolder = packageFolder({ id: videoId, urls: {} })
    const { link, preset, network } = this.settings.value
    this.network = new NetworkLink(link, (inAddress) => this.change(inAddress))
    this.truth = new LinkTruthFeed(link, (summary) => this.network.follow(summary))
    this.#feed = new LinkFeed(link, this.log)
    this.#networkIsSet = this.network.open({ preset, network })
    this.#set = new SideSet({
      videoId,
      packageFolder: this.packageFolder,
      settings: this.settings,
      network: this.network.settings,
      log: this.log,
      soundOf: (name) => this.#soundOf(name),
    })
    const onServerClock = (offsetMs: number): void => this.#set.setServerClock(offsetMs)
    this.run = new RunRecording({
      log: this.log,
      video: videoId,
      packageFolder: this.packageFolder,
      link,
      onServerClock,
    })
  }

  get sides(): ReadonlySignal<Sides> {
    return this.#set.sides
  }

  /** Of a channel: each side has a beginning of its own, so there is no place to be held at; no speed, no files. */
  get isLive(): boolean {
    return this.#set.live.value !== undefined
  }

  /** How far both lie apart; undefined while one plays alone. */
  get stepHold(): ReadonlySignal<StepHold | undefined> {
    return this.#set.stepHold
  }

  /** The first of those that are there: HLS, of both. */
  get lead(): Side | undefined {
    return this.#set.list()[0]
  }

  /** Begins in the hosts once the link is as the address says, and at once where the browser allows sound. */
  open(hosts: Hosts): void {
    this.#hosts = hosts
    this.#isClosed = false
    this.truth.open()
    this.#feed.open()
    this.#stopWatching = effect(() => {
      if (this.status.value?.phase === 'ended') this.run.endSoon()
    })
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
    this.#stopWatching()
    this.#end(ALL_PANES)
    void this.run.end()
  }

  /** What is known of the video; it may still grow. */
  followVideo({ id, kind, variants, urls }: Pick<Video, 'id' | 'kind' | 'variants' | 'urls'>): void {
    this.#packageFolder = packageFolder({ id, urls })
    this.#set.variants = variants
    this.hasPictures.value = variants.length === 0 || variants.some(({ widthPixels }) => widthPixels > 0)
    if (kind !== 'live') return
    this.#set.live.value = urls.lowLatencyHls === undefined ? 'segments' : 'low-latency'
    const isSaid = new URLSearchParams(location.search).has('jitterBufferMs')
    if (!isSaid) this.change({ jitterBufferMs: LIVE_JITTER_BUFFER_MS })
  }

  change(changes: Partial<CompareSettings>): void {
    this.settings.value = { ...this.settings.value, ...changes }
    replaceSearch(writeCompareSettings(this.settings.value))
  }

  /** To another view at the same position. A side that stays goes on; one that comes begins there: HLS at the very frame,
   *  UDP from the keyframe at or before it. */
  switchTo(view: ViewName): void {
    if (this.settings.value.side === view) return
    batch(() => {
      const waits = this.#waitsForPlay.value
      this.#changePanes({ side: view })
      if (waits) this.togglePlay()
    })
  }

  /** UDP once more beside both sides, in this way; undefined: not. It has a copy of the line of its own. */
  chooseThird(third: WayName | undefined): void {
    batch(() => {
      if (this.sides.value.third !== undefined) this.#end(['third'])
      this.#changePanes({ third })
    })
  }

  /** What is not seen any more ends, what is seen now begins where the first one is. */
  #changePanes(changes: Pick<CompareSettings, 'side'> | Pick<CompareSettings, 'third'>): void {
    const lead = this.lead
    const isPaused = this.status.value?.phase === 'paused'
    this.change(changes)
    if (lead === undefined) return // begins as the settings say
    const panes = panesIn(this.settings.value)
    const positionSeconds = lead.positionSeconds()
    this.#end(ALL_PANES.filter((name) => this.sides.value[name] !== undefined && !panes.includes(name)))
    this.#begin(
      panes.filter((name) => this.sides.value[name] === undefined),
      positionSeconds,
      isPaused,
    )
    this.#applySound()
  }

  /** The network from the seed's first draw, and both sides from their start: the same run once more. */
  async startAnew(): Promise<void> {
    const hasBegun = this.lead !== undefined
    this.#end(ALL_PANES)
    await this.run.end() // before its link forgets it
    await this.network.restart()
    if (hasBegun && !this.#isClosed) this.#beginAll(this.settings.value.startSeconds, false)
  }

  togglePlay(): void {
    if (this.#waitsForPlay.value) {
      this.#waitsForPlay.value = false
      return this.#beginAll(this.settings.value.startSeconds, false)
    }
    const phase = this.status.value?.phase
    if (phase === 'ended') this.seek(0)
    else if (phase === 'paused' || phase === 'failed') this.#play()
    else this.#set.list().forEach((side) => isGoing(side) && side.pause())
  }

  seek(seconds: number): void {
    const { durationSeconds } = this.status.value ?? { durationSeconds: 0 }
    const within = Math.min(Math.max(0, seconds), durationSeconds)
    if (this.status.value?.phase === 'ended') return this.#playAgain(within)
    this.#set.list().forEach((side) => side.seek(within))
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
    const names = name === 'udp' ? UDP_PANES : [name]
    for (const pane of names) {
      if (isBestOverUdp) this.#restart(pane) // which one is the best, the server says
      else this.sides.value[pane]?.chooseVariant(variant)
    }
  }

  /** UDP begins anew at the same place. */
  chooseWay(way: WayName): void {
    this.change({ way })
    this.#restart('udp')
  }

  /** UDP begins anew at the same place, with a buffer of this size. */
  setJitterBuffer(jitterBufferMs: number): void {
    this.change({ jitterBufferMs })
    UDP_PANES.forEach((pane) => this.#restart(pane))
  }

  setSpeed(speedRatio: number): void {
    this.change({ speedRatio })
    if (this.stepHold.value === undefined) this.sides.value.hls?.setSpeed(speedRatio)
  }

  /** Of WebRTC media, which negotiates it once: another session goes on where this one is. */
  setNack(nack: boolean): void {
    this.change({ nack })
    this.#restart('udp')
  }

  setSound(sound: Sound): void {
    this.sound.value = sound
    this.#applySound()
  }

  hearFrom(name: SideName): void {
    this.change({ soundFrom: name })
    this.#applySound()
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

  #soundOf(name: PaneName): Sound {
    const { side, soundFrom } = this.settings.value
    const { volumeRatio, muted } = this.sound.value
    return { volumeRatio, muted: muted || (side === 'both' && soundFrom !== name) }
  }

  #applySound(): void {
    this.#set.list().forEach((side) => side.setSound(this.#soundOf(side.name)))
  }

  #play(): void {
    for (const side of this.#set.list()) {
      const { phase } = side.status.value
      if (phase === 'failed') this.#restart(side.name)
      else if (phase === 'paused') side.play()
    }
  }

  #restart(name: PaneName): void {
    const side = this.sides.value[name]
    if (side === undefined) return
    const others = this.#set.list().filter((other) => other !== side && other.status.value.phase !== 'failed')
    const positionSeconds = (others[0] ?? side).positionSeconds()
    const isPaused = side.status.value.phase === 'paused'
    batch(() => {
      this.#end([name])
      this.#begin([name], positionSeconds, isPaused)
    })
  }

  /** After the end: what comes now is another run. */
  #playAgain(startSeconds: number): void {
    batch(() => {
      this.#end(ALL_PANES)
      this.#beginAll(startSeconds, false)
    })
  }

  /** With a run of its own, of which nothing is missing: no side asks for anything before it is recorded. */
  #beginAll(startSeconds: number, startPaused: boolean): void {
    const { settings, network } = this
    const page = repeatingQuery(settings.value, network.settings.value, startSeconds)
    const view = settings.value.side
    if (this.run.upload.value !== undefined) this.#feed.reopen() // the link tells anew where its clock and rate stand
    const intervalMs = frameIntervalMs(this.#set)
    this.latencies.beginAnew(intervalMs)
    const begun = this.run.begin({ page, view, frameIntervalMs: intervalMs })
    this.#begin(panesIn(settings.value), startSeconds, startPaused, begun)
  }

  #begin(names: readonly PaneName[], startSeconds: number, startPaused: boolean, after?: Promise<void>): void {
    const start: SetStart = { startSeconds, startPaused, durationSeconds: this.#durationSeconds }
    if (this.#hosts !== undefined) this.#set.begin(names, this.#hosts, start, after)
  }

  #end(names: readonly PaneName[]): void {
    this.#durationSeconds = this.status.value?.durationSeconds ?? 0
    this.#set.end(names)
  }
}

const isGoing = ({ status }: Side): boolean => !['paused', 'ended', 'failed'].includes(status.value.phase)
