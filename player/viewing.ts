import { batch, computed, signal } from '@preact/signals'
import { HlsSide } from './hls-side.ts'
import { LinkTruthPoll } from './link-truth.ts'
import { replaceSearch } from './navigation.ts'
import { NetworkLink } from './network-link.ts'
import { readCompareSettings, writeCompareSettings, type CompareSettings, type SideName } from './settings.ts'
import type { Side, Sound } from './side.ts'
import { UdpSide } from './udp-side.ts'

/** One person watching one video: which side plays, from where, how loud. The address follows every setting. */
export class Viewing {
  readonly videoId: string
  readonly settings = signal<CompareSettings>(readCompareSettings(location.search))
  readonly sound = signal<Sound>({ volumeRatio: 1, muted: false })
  readonly side = signal<Side | undefined>(undefined)
  readonly network: NetworkLink
  readonly truth: LinkTruthPoll
  readonly status = computed(() => this.side.value?.status.value)
  readonly #networkIsSet: Promise<void>
  #host: HTMLElement | undefined
  #durationSeconds = 0
  #isClosed = false

  constructor(videoId: string) {
    this.videoId = videoId
    const { link, preset, network } = this.settings.value
    this.network = new NetworkLink(link, (inAddress) => this.change(inAddress))
    this.truth = new LinkTruthPoll(link, (summary) => this.network.follow(summary))
    this.#networkIsSet = this.network.open({ preset, network })
  }

  /** Begins in `host`, where the sides put their picture, once the link is as the address says. */
  open(host: HTMLElement): void {
    this.#host = host
    this.#isClosed = false
    this.truth.open()
    void this.#networkIsSet.then(() => {
      if (!this.#isClosed) this.#begin(this.settings.value.startSeconds, false)
    })
  }

  close(): void {
    this.#isClosed = true
    this.truth.close()
    this.#end()
  }

  #end(): void {
    this.#durationSeconds = this.status.value?.durationSeconds ?? 0
    this.side.value?.close()
    this.side.value = undefined
  }

  change(changes: Partial<CompareSettings>): void {
    this.settings.value = { ...this.settings.value, ...changes }
    replaceSearch(writeCompareSettings(this.settings.value))
  }

  /** To the other side at the same position: HLS to the very frame, UDP from the keyframe at or before it. */
  switchTo(name: SideName): void {
    const current = this.side.value
    if (current === undefined || current.name === name) return
    const positionSeconds = current.positionSeconds()
    const wasPaused = current.status.value.phase === 'paused'
    batch(() => {
      this.#end()
      this.change({ side: name })
      this.#begin(positionSeconds, wasPaused)
    })
  }

  togglePlay(): void {
    const side = this.side.value
    if (side === undefined) return
    const { phase } = side.status.value
    if (phase === 'failed') this.#restart()
    else if (phase === 'ended') side.seek(0)
    else if (phase === 'paused') side.play()
    else side.pause()
  }

  seek(seconds: number): void {
    const { durationSeconds } = this.status.value ?? { durationSeconds: 0 }
    this.side.value?.seek(Math.min(Math.max(0, seconds), durationSeconds))
  }

  seekBy(seconds: number): void {
    const side = this.side.value
    if (side !== undefined) this.seek(side.positionSeconds() + seconds)
  }

  chooseVariant(variant: string | undefined): void {
    this.change({ variant })
    const isBestOverUdp = variant === undefined && this.settings.value.side === 'udp'
    if (isBestOverUdp) this.#restart() // which one is the best, the server says
    else this.side.value?.chooseVariant(variant)
  }

  setSound(sound: Sound): void {
    this.sound.value = sound
    this.side.value?.setSound(sound)
  }

  #restart(): void {
    const positionSeconds = this.side.value?.positionSeconds() ?? 0
    const isPaused = this.status.value?.phase === 'paused'
    this.#end()
    this.#begin(positionSeconds, isPaused)
  }

  #begin(startSeconds: number, startPaused: boolean): void {
    const { side, variant, link, jitterBufferMs, udp } = this.settings.value
    const start = {
      host: this.#host!,
      videoId: this.videoId,
      startSeconds,
      durationSeconds: this.#durationSeconds,
      startPaused,
      variant,
      sound: this.sound.value,
    }
    this.side.value =
      side === 'hls'
        ? new HlsSide(start, { link, settings: this.network.settings })
        : new UdpSide(start, { link, jitterBufferMs, udp })
  }
}
