import { signal, type ReadonlySignal } from '@preact/signals'
import { CaptionTracks } from './caption-tracks.ts'
import { ElementRecord } from './element-record.ts'
import type { EngineOptions, HlsEngine } from './hls-engine.ts'
import { PictureLatencies } from './picture-latencies.ts'
import { ReceivedFiles } from './received-files.ts'
import type { NetworkSettings } from './settings.ts'
import { beforeStart, type Side, type SidePhase, type SideStart, type SideStatus, type Sound } from './side.ts'
import { congestionControlWords, problemWords, transportWords } from './words.ts'

const STATUS_MS = 250

export type HlsOptions = {
  readonly link: string
  readonly settings: ReadonlySignal<NetworkSettings>
  readonly speedRatio: number
}

/** HLS in a video element, by hls.js; by the browser itself only where hls.js cannot: Chromium says "maybe" to native
 *  HLS, and would leave nothing to measure. */
export class HlsSide implements Side {
  readonly name = 'hls'
  readonly status = signal(beforeStart)
  readonly captions: CaptionTracks
  readonly ready: Promise<void>
  readonly #start: SideStart
  readonly #options: HlsOptions
  readonly #video = document.createElement('video')
  readonly #record: ElementRecord
  readonly #timer: ReturnType<typeof setInterval>
  #loaded: typeof import('./hls-engine.ts') | undefined
  #engine: HlsEngine | undefined
  #latencies: PictureLatencies | undefined // of a channel
  #variant: string | undefined
  #isPaused: boolean
  #isHeld = false
  #isBlocked = false // autoplay: the browser waits for the person
  #isClosed = false
  #problem: SideStatus['problem']

  constructor(start: SideStart, options: HlsOptions) {
    const { host, startSeconds, durationSeconds, startPaused, variant, sound, tell } = start
    this.#start = start
    this.#options = options
    this.#variant = variant
    this.#isPaused = startPaused
    this.status.value = {
      ...this.status.value,
      positionSeconds: startSeconds,
      durationSeconds,
      transport: this.#transport(),
    }
    this.#video.playsInline = true
    this.#video.playbackRate = options.speedRatio
    this.setSound(sound)
    host.append(this.#video)
    this.captions = new CaptionTracks(this.#video)
    this.#record = new ElementRecord(this.#video, tell)
    for (const event of ['play', 'pause', 'playing', 'waiting', 'seeking', 'seeked', 'ended', 'loadeddata', 'error']) {
      this.#video.addEventListener(event, this.#refresh)
    }
    this.#timer = setInterval(this.#refresh, STATUS_MS)
    this.ready = this.#load()
  }

  begin(): void {
    if (this.#isClosed || this.#loaded === undefined) return
    const { packageFolder, startSeconds } = this.#start
    const file = this.#start.live === 'low-latency' ? 'low-latency.m3u8' : 'master.m3u8'
    const address = `/link/${encodeURIComponent(this.#options.link)}${packageFolder}/${file}`
    this.#record.isLive = this.#start.live !== undefined
    this.#record.askToPlay(this.#record.isLive ? undefined : startSeconds)
    if (this.#loaded.isSupported()) this.#attach(this.#loaded, address)
    else this.#playNatively(address, startSeconds)
    if (!this.#isPaused) this.#go()
  }

  positionSeconds(): number {
    return this.#record.hasPicture ? this.#record.positionSeconds : this.#start.startSeconds
  }

  play(): void {
    this.#isPaused = false
    if (!this.#isHeld) this.#go()
  }

  pause(): void {
    this.#isPaused = true
    this.#video.pause()
  }

  /** Stands still until `release`, whatever the viewer wishes: the other side is not there yet. */
  hold(): void {
    this.#isHeld = true
    this.#video.pause()
  }

  release(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    if (!this.#isPaused) this.#go()
  }

  seek(seconds: number): void {
    const { ended } = this.#video
    this.#record.seek(seconds)
    if (ended) this.play()
    this.#refresh() // now: the bar, let go, would jump back to where it was until the element says that it seeks
  }

  /** To where the other side is; no wish of the viewer's. */
  jumpTo(seconds: number): void {
    this.#record.jumpTo(seconds)
  }

  /** The picture of the place that was jumped to is not there yet. */
  get isJumping(): boolean {
    return this.#record.isJumping
  }

  /** Of what is live the engine sets it, which keeps it near the edge. */
  setSpeed(ratio: number): void {
    if (this.#start.live !== undefined) return
    if (this.#video.playbackRate !== ratio) this.#video.playbackRate = ratio
  }

  chooseVariant(variant: string | undefined): void {
    this.#variant = variant
    this.#engine?.chooseVariant(variant)
  }

  setSound({ volumeRatio, muted }: Sound): void {
    this.#video.volume = volumeRatio
    this.#video.muted = muted
  }

  details(): Readonly<Record<string, unknown>> {
    return this.#engine === undefined ? { engine: 'native' } : { engine: 'hls.js', ...this.#engine.details() }
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#latencies?.close()
    this.#record.close()
    this.#engine?.close()
    this.#video.removeAttribute('src')
    this.#video.load() // frees the decoder and ends native requests
    this.#video.remove()
  }

  /** hls.js is large: it comes with the first HLS side. */
  async #load(): Promise<void> {
    try {
      this.#loaded = await import('./hls-engine.ts')
      await this.#loaded.fetchWorker()
    } catch {
      this.#fail({ message: problemWords.notLoaded, whatToDo: problemWords.seeServerThenReload })
    }
  }

  #go(): void {
    this.#isBlocked = false
    this.#video.play().catch((error: Error) => {
      this.#isBlocked = error.name === 'NotAllowedError'
      this.#refresh()
    })
  }

  #attach({ HlsEngine: Engine }: typeof import('./hls-engine.ts'), address: string): void {
    const { packageFolder, startSeconds } = this.#start
    this.#engine = new Engine({
      video: this.#video,
      record: this.#record,
      address,
      packageAddress: packageFolder,
      startSeconds,
      live: this.#followLatencies(),
      variant: this.#variant,
      onProblem: (problem) => this.#fail(problem),
    })
  }

  /** Of what is live each picture is told with how late it is. */
  #followLatencies(): EngineOptions['live'] {
    const { live, videoId } = this.#start
    if (live === undefined) return undefined
    const files = new ReceivedFiles()
    const latencies = new PictureLatencies({
      ...{ channel: videoId, way: live === 'segments' ? 'live' : live, receivedMs: files.cameMs },
      tell: (event) => this.#record.tell(event),
    })
    this.#latencies = latencies
    this.#record.onPicture = (mediaSeconds, atMs) => {
      const ptsTicks = this.#engine?.liveTicksOf(mediaSeconds)
      if (ptsTicks !== undefined) latencies.show(ptsTicks, atMs)
    }
    return { files, originTicks: () => latencies.originTicks }
  }

  #playNatively(address: string, startSeconds: number): void {
    this.#video.src = address
    this.#video.addEventListener('loadedmetadata', () => (this.#video.currentTime = startSeconds), { once: true })
    this.#video.addEventListener('error', () => {
      const message = this.#video.error?.message || problemWords.unplayable
      this.#fail({ message, whatToDo: problemWords.playAgain })
    })
  }

  #fail(problem: NonNullable<SideStatus['problem']>): void {
    this.#problem = problem
    this.#refresh()
  }

  /** Its bytes cross the link by the model of a TCP sender, which this names. */
  #transport(): string {
    return transportWords.tcp(congestionControlWords[this.#options.settings.value.congestionControl])
  }

  #phase(): SidePhase {
    const { paused, ended, readyState } = this.#video
    if (this.#problem !== undefined) return 'failed'
    if (ended) return 'ended'
    if (this.#isBlocked) return 'paused'
    if (!this.#record.hasPicture)
      return this.#isPaused && readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? 'paused' : 'starting'
    if (this.#isPaused) return 'paused'
    if (this.#isHeld) return 'held'
    if (paused) return 'paused' // by the browser: a headset was taken off
    return this.#record.isStalled ? 'stalled' : 'playing'
  }

  readonly #refresh = (): void => {
    if (this.#isClosed) return
    const { duration } = this.#video
    this.#engine?.sweep()
    this.status.value = {
      ...this.status.value,
      phase: this.#phase(),
      transport: this.#transport(),
      positionSeconds: this.positionSeconds(),
      durationSeconds: duration > 0 && Number.isFinite(duration) ? duration : this.status.value.durationSeconds,
      variant: this.#engine?.variant,
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
      counters: this.#record.counters(),
    }
  }
}
