import { signal, type ReadonlySignal } from '@preact/signals'
import Hls, { type ErrorData, type Level } from 'hls.js'
import workerPath from 'hls.js/dist/hls.worker.js?url'
import { ElementRecord } from './element-record.ts'
import { SegmentList } from './segment-list.ts'
import type { Side, SidePhase, SideStart, SideStatus, Sound } from './side.ts'
import { noCounters } from './counters.ts'
import type { NetworkSettings } from './settings.ts'

const STATUS_MS = 250
const AUTO = -1

export type HlsOptions = { readonly link: string; readonly settings: ReadonlySignal<NetworkSettings> }

const congestionControlWords = { cubic: 'CUBIC', reno: 'Reno', bbr: 'BBR' } as const

/** `…/hls/<id>/<variant>/index.m3u8` -> variant. */
function variantOf(level: Level | undefined): string | undefined {
  if (level === undefined) return undefined
  return /\/([^/]+)\/[^/]+$/.exec(new URL(level.uri, location.href).pathname)?.[1]
}

function problemOf({ type, details, response }: ErrorData): SideStatus['problem'] {
  if (type === Hls.ErrorTypes.MEDIA_ERROR) {
    return { message: `The browser cannot decode this video (${details}).`, whatToDo: 'Press play to try again.' }
  }
  const answer = response === undefined || response.code === 0 ? 'no answer' : `answer ${response.code}`
  return {
    message: `The video could not be fetched: ${answer} (${details}).`,
    whatToDo: 'See whether the server runs, then press play.',
  }
}

/** HLS in a video element, by hls.js; by the browser itself only where hls.js cannot: Chromium says "maybe" to native
 *  HLS, and would leave nothing to measure. */
export class HlsSide implements Side {
  readonly name = 'hls'
  readonly status = signal<SideStatus>({
    phase: 'starting',
    positionSeconds: 0,
    durationSeconds: 0,
    variant: undefined,
    transport: '',
    counters: noCounters,
  })
  readonly #video = document.createElement('video')
  readonly #record: ElementRecord
  readonly #hls: Hls | undefined
  readonly #segments = new SegmentList()
  readonly #timer: ReturnType<typeof setInterval>
  readonly #startSeconds: number
  readonly #settings: HlsOptions['settings']
  #wantedVariant: string | undefined
  #isBlocked = false // autoplay: the browser waits for the person
  #problem: SideStatus['problem']

  constructor(start: SideStart, { link, settings }: HlsOptions) {
    const { host, videoId, startSeconds, durationSeconds, startPaused, variant, sound } = start
    this.#settings = settings
    this.status.value = {
      ...this.status.value,
      positionSeconds: startSeconds,
      durationSeconds,
      transport: this.#transport(),
    }
    this.#startSeconds = startSeconds
    this.#wantedVariant = variant
    this.#video.playsInline = true
    this.setSound(sound)
    host.append(this.#video)
    this.#record = new ElementRecord(this.#video)
    const address = `/link/${encodeURIComponent(link)}/hls/${encodeURIComponent(videoId)}/master.m3u8`
    if (Hls.isSupported()) this.#hls = this.#attach(address, startSeconds)
    else this.#playNatively(address, startSeconds)
    for (const event of ['play', 'pause', 'playing', 'waiting', 'seeking', 'seeked', 'ended', 'loadeddata', 'error']) {
      this.#video.addEventListener(event, this.#refresh)
    }
    this.#timer = setInterval(this.#refresh, STATUS_MS)
    if (!startPaused) this.play()
  }

  positionSeconds(): number {
    return this.#record.hasPicture ? this.#video.currentTime : this.#startSeconds
  }

  play(): void {
    this.#isBlocked = false
    this.#video.play().catch((error: Error) => {
      this.#isBlocked = error.name === 'NotAllowedError'
      this.#refresh()
    })
  }

  pause(): void {
    this.#video.pause()
  }

  seek(seconds: number): void {
    const { ended } = this.#video
    this.#video.currentTime = seconds
    if (ended) this.play()
  }

  chooseVariant(variant: string | undefined): void {
    this.#wantedVariant = variant
    if (this.#hls !== undefined) this.#hls.currentLevel = this.#levelOf(variant)
  }

  setSound({ volumeRatio, muted }: Sound): void {
    this.#video.volume = volumeRatio
    this.#video.muted = muted
  }

  details(): Readonly<Record<string, unknown>> {
    return {
      engine: this.#hls === undefined ? 'native' : 'hls.js',
      bandwidthEstimateBitsPerSecond: this.#hls?.bandwidthEstimate,
      segments: this.#segments.snapshot(),
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#record.close()
    this.#hls?.destroy()
    this.#video.removeAttribute('src')
    this.#video.load() // frees the decoder and ends native requests
    this.#video.remove()
  }

  #attach(address: string, startSeconds: number): Hls {
    const hls = new Hls({ startPosition: startSeconds, workerPath })
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      const level = this.#levelOf(this.#wantedVariant)
      if (level !== AUTO) hls.currentLevel = level
    })
    hls.on(Hls.Events.FRAG_LOADED, (_, { frag }) => {
      this.#record.segmentReceived(frag.stats.loaded)
      this.#segments.add(frag)
    })
    hls.on(Hls.Events.ERROR, (_, data) => {
      if (!data.fatal) return
      this.#problem = problemOf(data)
      this.#refresh()
    })
    hls.loadSource(address)
    hls.attachMedia(this.#video)
    return hls
  }

  #playNatively(address: string, startSeconds: number): void {
    this.#video.src = address
    this.#video.addEventListener('loadedmetadata', () => (this.#video.currentTime = startSeconds), { once: true })
    this.#video.addEventListener('error', () => {
      const message = this.#video.error?.message || 'The browser cannot play this video.'
      this.#problem = { message, whatToDo: 'Press play to try again.' }
    })
  }

  #levelOf(variant: string | undefined): number {
    return variant === undefined ? AUTO : (this.#hls?.levels.findIndex((level) => variantOf(level) === variant) ?? AUTO)
  }

  /** Its bytes cross the link by the model of a TCP sender, which this names. */
  #transport(): string {
    return `TCP modelled (${congestionControlWords[this.#settings.value.congestionControl]})`
  }

  #phase(): SidePhase {
    const { paused, ended } = this.#video
    if (this.#problem !== undefined) return 'failed'
    if (ended) return 'ended'
    if (this.#isBlocked) return 'paused'
    if (!this.#record.hasPicture)
      return paused && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? 'paused' : 'starting'
    if (paused) return 'paused'
    return this.#record.isStalled ? 'stalled' : 'playing'
  }

  readonly #refresh = (): void => {
    const { duration } = this.#video
    const shown = this.#hls?.levels[this.#hls.currentLevel]
    this.status.value = {
      ...this.status.value,
      phase: this.#phase(),
      transport: this.#transport(),
      positionSeconds: this.positionSeconds(),
      durationSeconds: duration > 0 && Number.isFinite(duration) ? duration : this.status.value.durationSeconds,
      variant: variantOf(shown),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
      counters: this.#record.counters(),
    }
  }
}
