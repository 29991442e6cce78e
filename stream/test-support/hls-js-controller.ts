import Hls from 'hls.js'
import { vi } from 'vitest'
import type { LadderVariant } from '../abr.ts'

type Level = { details: unknown }
export type Stats = {
  readonly aborted: false
  loaded: number
  readonly total: number
  readonly loading: { readonly start: number; first: number; end: number }
  readonly parsing: { end: number }
}
export type Fragment = {
  readonly type: 'main'
  readonly sn: number
  readonly level: number
  readonly duration: number
  readonly bitrate: number
  readonly stats: Stats
  readonly abortRequests: () => void
}

/** What hls.js's own controller offers to those around it. */
type Controller = {
  readonly firstAutoLevel: number
  nextAutoLevel: number
  onLevelLoaded(event: string, data: unknown): void
  onFragLoading(event: string, data: { readonly frag: Fragment }): void
  onFragLoaded(event: string, data: { readonly frag: Fragment }): void
  onFragBuffered(event: string, data: { readonly frag: Fragment }): void
}

/** hls.js's own controller, with as much of hls.js around it as it asks for. */
export class HlsJsController {
  readonly #controller: Controller
  readonly #details: unknown
  readonly #levels: readonly Level[]
  readonly #hls
  #check: () => void = () => {}
  #hasGivenUp = false

  constructor(ladder: readonly LadderVariant[], firstLevel: number, segmentSeconds: number) {
    this.#details = { live: false, averagetargetduration: segmentSeconds }
    this.#levels = ladder.map(levelOf)
    vi.stubGlobal('self', { setInterval: (check: () => void) => ((this.#check = check), 1), clearInterval: () => {} })
    const controller = () => this.#controller
    this.#hls = {
      config: { ...Hls.DefaultConfig, useMediaCapabilities: false },
      logger: { log() {}, warn() {}, info() {}, trace() {}, debug() {}, error() {} },
      on() {},
      trigger: () => (this.#hasGivenUp = true),
      levels: this.#levels,
      minAutoLevel: 0,
      maxAutoLevel: this.#levels.length - 1,
      firstLevel,
      loadLevel: -1,
      loadLevelObj: this.#levels[0],
      autoLevelEnabled: true,
      allAudioTracks: [],
      latestLevelDetails: this.#details,
      media: { playbackRate: 1, paused: false, readyState: 4 },
      mainForwardBufferInfo: { len: 0 },
      set nextLoadLevel(level: number) {
        this.loadLevel = level
      },
      set nextAutoLevel(level: number) {
        controller().nextAutoLevel = level
      },
    }
    const first = ladder[firstLevel]?.bandwidthBitsPerSecond ?? 0
    this.#hls.config.abrEwmaDefaultEstimate = Math.max(500_000, Math.min(first, 5_000_000)) // as level-controller.ts has it
    const { abrController } = Hls.DefaultConfig as unknown as { abrController: new (hls: unknown) => Controller }
    this.#controller = new abrController(this.#hls)
  }

  choose(bufferSeconds: number, isFirst: boolean): number {
    this.#hls.mainForwardBufferInfo.len = bufferSeconds
    const level = isFirst ? this.#controller.firstAutoLevel : this.#controller.nextAutoLevel
    this.#hls.loadLevel = level
    this.#hls.loadLevelObj = this.#levels[level] as Level
    ;(this.#levels[level] as Level).details = this.#details
    return level
  }

  receivePlaylist(firstByteMs: number, receivedMs: number): void {
    const stats = { loading: { start: firstByteMs, first: firstByteMs, end: receivedMs } }
    this.#controller.onLevelLoaded('', { stats, details: { live: false }, levelInfo: undefined })
  }

  ask(frag: Fragment): void {
    this.#hasGivenUp = false
    this.#controller.onFragLoading('', { frag })
  }

  abandons(bufferSeconds: number): boolean {
    this.#hls.mainForwardBufferInfo.len = bufferSeconds
    this.#check()
    return this.#hasGivenUp
  }

  receive(frag: Fragment): void {
    this.#controller.onFragLoaded('', { frag })
    this.#controller.onFragBuffered('', { frag })
  }
}

function levelOf({ bandwidthBitsPerSecond, averageBitsPerSecond }: LadderVariant): Level {
  const told = {
    bitrate: bandwidthBitsPerSecond,
    maxBitrate: bandwidthBitsPerSecond,
    averageBitrate: averageBitsPerSecond,
    details: undefined,
    loadError: 0,
    fragmentError: 0,
    codecSet: 'avc1',
    videoRange: 'SDR',
    frameRate: 30,
    height: 720,
    score: 0,
  }
  return told
}
