import { signal } from '@preact/signals'
import type { UdpSessionStatus } from '../protocol/weir-api.ts'
import { countersOf } from './counters.ts'
import { asSentence, formatCount, formatTime } from './format.ts'
import { MediaConnection } from './media-connection.ts'
import { mediaFigures } from './media-figures.ts'
import { MediaRecord } from './media-record.ts'
import { readMediaStats, unrepairedPackets, type MediaStats } from './media-stats.ts'
import { beforeStart, type Side, type SidePhase, type SideStart, type SideStatus, type Sound } from './side.ts'
import { wallMs } from './wall-clock.ts'
import { mediaWords, problemWords, startWords, transportWords } from './words.ts'

export type MediaOptions = {
  readonly link: string
  readonly jitterBufferMs: number
  readonly nack: boolean
  readonly frameIntervalMs: number
}

const STATUS_MS = 250 // figures that change more often cannot be read
const LOOK_MS = 50 // at the session, until it has begun
const SESSION_MS = 1000 // at the session, for its end
const LATE_PICTURES_MS = 500 // after the last packet the jitter buffer still has some

/** UDP as WebRTC media: the browser's own receiver plays it in a video element. A session plays from one place on, so each
 *  seek, each variant and each end of a pause begins another one. */
export class MediaSide implements Side {
  readonly name = 'udp'
  readonly status = signal(beforeStart)
  readonly ready = Promise.resolve()
  readonly #start: SideStart
  readonly #options: MediaOptions
  readonly #video = document.createElement('video')
  readonly #record: MediaRecord
  readonly #timer: ReturnType<typeof setInterval>
  #connection: MediaConnection | undefined
  #variant: string | undefined
  #pausesAtFirstPicture: boolean
  #session: UdpSessionStatus | undefined
  #stats: MediaStats | undefined
  #transportMs = 0 // ICE and DTLS: real, and no part of the startup
  #lookedMs = 0 // at the session's state
  #endedMs: number | undefined // since when the server has sent all

  constructor(start: SideStart, options: MediaOptions) {
    const { host, startSeconds, durationSeconds, startPaused, variant, sound, tell } = start
    this.#start = start
    this.#options = options
    this.#variant = variant
    this.#pausesAtFirstPicture = startPaused
    const transport = options.nack ? transportWords.media.nack : transportWords.media.noNack
    this.#update({ positionSeconds: startSeconds, durationSeconds, transport })
    this.#video.playsInline = true
    this.#video.autoplay = true
    this.setSound(sound)
    host.append(this.#video)
    this.#record = new MediaRecord(this.#video, { frameIntervalMs: options.frameIntervalMs, tell }, () =>
      this.#onPicture(),
    )
    this.#timer = setInterval(() => void this.#refresh(), STATUS_MS)
  }

  begin(): void {
    this.#playFrom(this.#start.startSeconds)
  }

  positionSeconds(): number {
    const { phase, positionSeconds, durationSeconds } = this.status.value
    const shown = phase === 'playing' ? this.#record.positionSeconds() : undefined
    if (shown === undefined) return positionSeconds
    return this.#start.live === undefined ? Math.min(shown, durationSeconds) : shown
  }

  play(): void {
    this.#pausesAtFirstPicture = false
    if (this.status.value.phase === 'paused') this.#playFrom(this.status.value.positionSeconds)
  }

  pause(): void {
    if (this.status.value.phase === 'starting') {
      this.#pausesAtFirstPicture = true
      return
    }
    const positionSeconds = this.positionSeconds()
    this.#stop('paused')
    this.#update({ phase: 'paused', positionSeconds })
  }

  seek(seconds: number): void {
    if (this.status.value.phase === 'paused') this.#pausesAtFirstPicture = true
    this.#playFrom(seconds)
  }

  chooseVariant(variant: string | undefined): void {
    this.#variant = variant
    this.seek(this.positionSeconds())
  }

  setSound({ volumeRatio, muted }: Sound): void {
    this.#video.volume = volumeRatio
    this.#video.muted = muted
  }

  details(): Readonly<Record<string, unknown>> {
    const { id, playing } = this.#session ?? {}
    return {
      session: id,
      startSeconds: playing?.startSeconds,
      setup: { modelledMs: playing?.setup?.modelledMs, transportMs: this.#transportMs },
      tracks: playing?.tracks.map(({ kind, ssrc, sequenceNumber }) => ({ kind, ssrc, sequenceNumber })),
      stats: this.#stats,
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#stop('paused')
    this.#record.close()
    this.#video.srcObject = null
    this.#video.remove()
  }

  #playFrom(startSeconds: number): void {
    this.#stop()
    const connection = new MediaConnection()
    this.#connection = connection
    this.#session = undefined
    this.#stats = undefined
    this.#endedMs = undefined
    this.#record.begin()
    this.#update({ phase: 'starting', positionSeconds: startSeconds })
    const isCurrent = (): boolean => connection === this.#connection
    this.#connect(connection, startSeconds).catch((error: Error) => isCurrent() && this.#fail(error.message))
  }

  async #connect(connection: MediaConnection, startSeconds: number): Promise<void> {
    const { link, nack, jitterBufferMs } = this.#options
    const wish = { videoId: this.#start.videoId, variant: this.#variant, link, nack, jitterBufferMs, startSeconds }
    const openingMs = wallMs()
    await connection.open(wish, {
      onStream: (stream) => {
        this.#video.srcObject = stream
        this.#video.play().catch(() => undefined) // until a click, where the browser wants one before there is sound
      },
      onConnected: () => {
        this.#transportMs = wallMs() - openingMs
        this.#record.tell({ kind: 'play-asked', atMs: wallMs(), fromSeconds: startSeconds })
      },
      onLost: () => connection === this.#connection && this.#fail(problemWords.connectionLost),
    })
    await this.#awaitStart(connection)
  }

  /** What its RTP timestamps mean is known when the server has begun to send. */
  async #awaitStart(connection: MediaConnection): Promise<void> {
    while (connection === this.#connection) {
      const session = await connection.status()
      if (session.playing !== undefined) return this.#beginWith(session, session.playing)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }

  #beginWith(session: UdpSessionStatus, { startSeconds, durationSeconds, tracks }: Playing): void {
    const pictures = tracks.find(({ kind }) => kind === 'video')
    if (pictures === undefined) return
    this.#session = session
    const { timestampTicks } = pictures
    this.#record.place({ startSeconds, timestampTicks }, session.variant, pictures)
    const bitsPerSecond = this.#start.bandwidthOf(session.variant)
    this.#record.tell({ kind: 'variant-shown', atMs: wallMs(), variant: session.variant, bitsPerSecond })
    this.#update({ variant: session.variant, durationSeconds })
  }

  #onPicture(): void {
    if (this.status.value.phase === 'starting') this.#update({ phase: 'playing', ...this.#figures() })
    if (!this.#pausesAtFirstPicture) return
    this.#pausesAtFirstPicture = false
    this.pause()
  }

  async #refresh(): Promise<void> {
    const connection = this.#connection
    const { phase } = this.status.value
    if (connection === undefined || (phase !== 'starting' && phase !== 'playing')) return
    const stats = readMediaStats(await connection.stats())
    if (connection !== this.#connection) return
    if (stats !== undefined) {
      this.#stats = stats
      this.#record.count(stats)
      this.#update({ positionSeconds: this.positionSeconds(), ...this.#figures() })
    }
    await this.#lookForEnd(connection)
  }

  async #lookForEnd(connection: MediaConnection): Promise<void> {
    const nowMs = wallMs()
    if (this.#endedMs !== undefined && nowMs - this.#endedMs > this.#options.jitterBufferMs + LATE_PICTURES_MS) {
      const { durationSeconds } = this.status.value
      this.#record.finish(durationSeconds)
      this.#stop()
      return this.#update({ phase: 'ended', positionSeconds: durationSeconds, ...this.#figures() })
    }
    if (nowMs - this.#lookedMs < SESSION_MS || this.#session === undefined) return
    this.#lookedMs = nowMs
    const session = await connection.status().catch(() => undefined)
    if (connection !== this.#connection) return
    if (session === undefined) return this.#fail(problemWords.connectionLost)
    if (session.phase === 'ended') this.#endedMs ??= nowMs
  }

  /** Ends the session; the last picture stays. */
  #stop(told?: 'paused'): void {
    if (this.#connection === undefined) return
    this.#connection.close()
    this.#connection = undefined
    if (told !== undefined) this.#record.tell({ kind: told, atMs: wallMs() })
  }

  #figures(): Pick<SideStatus, 'counters' | 'note' | 'ownFigures'> {
    const { measures } = this.#record
    const bufferSeconds = (this.#stats?.jitterBufferMs ?? 0) / 1000 // ms to s
    const counters = {
      ...countersOf(measures, bufferSeconds),
      latePackets: undefined, // the browser does not tell
      damagedFrames: undefined, // it shows none: it waits for the next keyframe
      lostPackets: this.#stats && unrepairedPackets(this.#stats),
    }
    const own = this.#stats && mediaFigures(this.#stats, measures)
    return { counters, note: this.#note(), ...(own === undefined ? {} : { ownFigures: own }) }
  }

  #note(): string {
    const { playing } = this.#session ?? {}
    const notes = [isSecureContext ? '' : mediaWords.notTrusted]
    if (playing !== undefined) {
      notes.push(startWords.fromKeyframe(formatTime(playing.startSeconds)), this.#setupNote(playing))
      if (playing.tracks.length < 2) notes.push(mediaWords.noSound)
    }
    return notes.filter((note) => note !== '').join(' · ')
  }

  #setupNote({ setup }: Playing): string {
    if (setup === undefined) return ''
    const [modelled, apart] = [setup.modelledMs, this.#transportMs].map((ms) => formatCount(Math.round(ms)))
    return startWords.setup(String(modelled), startWords.setupBy['data-channel'], String(apart))
  }

  #fail(message: string): void {
    this.#stop('paused')
    const phase: SidePhase = 'failed'
    this.#update({ phase, problem: { message: asSentence(message), whatToDo: problemWords.playAgainOrHls } })
  }

  #update(changes: Partial<SideStatus>): void {
    this.status.value = { ...this.status.value, ...changes }
  }
}

type Playing = NonNullable<UdpSessionStatus['playing']>
