import { signal } from '@preact/signals'
import { isRtcp } from '../protocol/rtcp.ts'
import type { ControlMessage } from '../protocol/udp-control.ts'
import { ways, type WayName } from '../protocol/ways.ts'
import { AudioOutput } from './audio-output.ts'
import { ControlLine, type Wish } from './control-line.ts'
import { countersOf } from './counters.ts'
import { isDecodedByWebCodecs } from './decodable-variants.ts'
import { asSentence, formatCount, formatTime } from './format.ts'
import type { PaneName } from './settings.ts'
import { beforeStart, type Side, type SideStart, type SideStatus, type Sound } from './side.ts'
import { LossLists } from './loss-lists.ts'
import type { FromWorker, PlayingAnswer, ToWorker, UdpProgress } from './udp-messages.ts'
import { openUdpTransport, type UdpTransport } from './udp-transport.ts'
import { wallMs } from './wall-clock.ts'
import { problemWords, startWords, transportWords } from './words.ts'

export type UdpOptions = {
  readonly name: Extract<PaneName, 'udp' | 'third'>
  readonly link: string
  readonly jitterBufferMs: number
  readonly udp: 'data-channel' | 'ws'
  readonly way: WayName
  readonly hasOwnLane: boolean // of the link: a copy that nobody else is on
  /** What of a start has come: something of the set-up, the answer to PLAY, a packet of media. */
  readonly heard?: (what: 'heard' | 'answered' | 'packet') => void
}

const STATUS_MS = 250 // figures that change more often cannot be read

/** WebCodecs exists only where a page is trusted: over https, or on the machine itself. */
const noWebCodecs = {
  message: problemWords.noWebCodecs(location.origin),
  whatToDo: problemWords.useHttps,
}

/** UDP: packets over a data channel or its WebSocket twin, to a worker that decodes and paints; sound plays here. */
export class UdpSide implements Side {
  readonly name: UdpOptions['name']
  readonly status = signal(beforeStart)
  readonly ready: Promise<void>
  readonly #start: SideStart
  readonly #options: UdpOptions
  readonly #canvas = document.createElement('canvas')
  readonly #losses = new LossLists()
  readonly #control = new ControlLine()
  #worker: Worker | undefined
  #audio: AudioOutput | undefined
  #transport: UdpTransport | undefined
  #progress: UdpProgress | undefined
  #pausesAtFirstPicture: boolean
  #isPaused = false
  #askedMs = 0 // progress from before belongs to another timeline
  #newestStart = 0 // id of the request that moved the position last
  #sessionId: string | undefined
  #transportMs = 0 // ICE, DTLS and SCTP, or the WebSocket's handshake: real, and no part of the startup
  #setupMs: number | undefined // of the newest start, modelled
  #newestAnswer: PlayingAnswer | undefined
  #isClosed = false
  #statusMs = 0 // when the page was told last

  constructor(start: SideStart, options: UdpOptions) {
    this.#start = start
    this.#options = options
    this.name = options.name
    this.#pausesAtFirstPicture = start.startPaused
    this.#update({ positionSeconds: start.startSeconds, durationSeconds: start.durationSeconds })
    if (typeof VideoDecoder === 'undefined') {
      this.#update({ phase: 'failed', problem: noWebCodecs })
      this.ready = Promise.resolve()
      return
    }
    start.host.append(this.#canvas)
    this.#audio = new AudioOutput(start.sound, options.jitterBufferMs / 1000)
    this.#worker = this.#startWorker()
    this.ready = this.#connect().catch((error: Error) => this.#fail(error.message))
  }

  begin(): void {
    const { startSeconds } = this.#start
    if (this.#transport !== undefined && !this.#isClosed)
      this.#askFromElsewhere({ method: 'play', startSeconds }, startSeconds)
  }

  positionSeconds(): number {
    const { phase, positionSeconds } = this.status.value
    if (this.#progress === undefined || phase !== 'playing') return positionSeconds
    const nowSeconds = this.#progress.positionSeconds + (wallMs() - this.#progress.atMs) / 1000 // ms to s
    return this.#start.live === undefined ? Math.min(nowSeconds, this.#progress.durationSeconds) : nowSeconds
  }

  play(): void {
    this.#pausesAtFirstPicture = false
    if (this.status.value.phase !== 'paused') return
    this.#toWorker({ kind: 'resuming' })
    this.#control.ask({ method: 'play' }, (answer) => {
      if (answer.kind !== 'playing') return
      this.#isPaused = false
      this.#toWorker({ kind: 'resumed', answer })
      void this.#audio?.run()
    })
  }

  pause(): void {
    if (this.status.value.phase === 'starting') {
      this.#pausesAtFirstPicture = true
      return
    }
    this.#isPaused = true
    this.#toWorker({ kind: 'pause' })
    void this.#audio?.pause()
    this.#control.ask({ method: 'pause' })
    this.#update({ phase: 'paused', positionSeconds: this.positionSeconds() })
  }

  seek(seconds: number): void {
    if (this.status.value.phase === 'paused') this.#pausesAtFirstPicture = true
    const method = this.status.value.phase === 'ended' ? 'play' : 'seek'
    this.#askFromElsewhere({ method, startSeconds: seconds }, seconds)
  }

  chooseVariant(variant: string | undefined): void {
    if (variant === undefined) return
    const { phase } = this.status.value
    const positionSeconds = this.positionSeconds()
    if (phase === 'starting' || phase === 'playing')
      return this.#askFromElsewhere({ method: 'variant', variant }, positionSeconds)
    this.#control.ask({ method: 'variant', variant }) // a session that stands still keeps it for the next play
    if (phase === 'paused') this.seek(positionSeconds)
  }

  setSound(sound: Sound): void {
    this.#audio?.setSound(sound)
  }

  details(): Readonly<Record<string, unknown>> {
    return {
      session: this.#sessionId,
      way: this.#options.way,
      startSeconds: this.#newestAnswer?.startSeconds,
      setup: { modelledMs: this.#setupMs, transportMs: this.#transportMs },
      tracks: this.#newestAnswer?.tracks.map(({ kind, ssrc, sequenceNumber }) => ({ kind, ssrc, sequenceNumber })),
      ...this.#losses.snapshot(),
      shownFrames: this.#progress?.shownFrames,
      skippedFrames: this.#progress?.skippedFrames,
      decoderResets: this.#progress?.decoderResets,
      sound: this.#audio?.snapshot(),
    }
  }

  close(): void {
    this.#isClosed = true
    this.#start.tell([{ kind: 'paused', side: 'udp', atMs: wallMs() }])
    this.#transport?.close()
    this.#worker?.terminate()
    this.#audio?.close()
    this.#canvas.remove()
  }

  async #connect(): Promise<void> {
    const { link, udp, way, hasOwnLane } = this.#options
    const { repair, over } = ways[way]
    const { videoId, variant } = this.#start
    const query = new URLSearchParams({ video: videoId, link })
    if (variant !== undefined) query.set('variant', variant)
    if (repair !== undefined) query.set('repair', repair)
    if (over === 'tcp') query.set('over', 'tcp')
    if (hasOwnLane) query.set('lane', 'own')
    const openingMs = wallMs()
    const transport = await openUdpTransport(query, over === 'tcp' ? 'ws' : udp, {
      onDatagram: (bytes) => this.#onDatagram(bytes),
      onControl: (message) => this.#onControl(message),
      onLost: () => this.#fail(problemWords.connectionLost),
    })
    if (this.#isClosed) return transport.close()
    this.#transport = transport
    this.#transportMs = wallMs() - openingMs
    this.#control.connect(transport.sendControl)
    const { 'data-channel': byWay, websocket } = transportWords
    const isTcpAtTheEnd = transport.kind === 'websocket' && over === 'udp'
    this.#update({ transport: isTcpAtTheEnd ? websocket : byWay[way] })
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./udp-worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#onWorker(data)
    worker.onerror = ({ message }) => this.#fail(message)
    const canvas = this.#canvas.transferControlToOffscreen()
    const packageUrl = new URL(this.#start.packageFolder, location.href).href
    const { jitterBufferMs } = this.#options
    const channel = this.#start.live === undefined ? undefined : this.#start.videoId
    worker.postMessage({ kind: 'open', canvas, packageUrl, jitterBufferMs, channel } satisfies ToWorker, [canvas])
    return worker
  }

  #toWorker(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer)
  }

  /** Whatever moves the position: the old timeline ends with the question, the new one begins with the answer. */
  #askFromElsewhere(wish: Wish, wantedSeconds: number): void {
    this.#isPaused = false
    this.#askedMs = wallMs()
    this.#toWorker({ kind: 'asked', atMs: this.#askedMs, fromSeconds: wantedSeconds })
    this.#audio?.flush()
    this.#update({ phase: 'starting', positionSeconds: wantedSeconds })
    this.#progress = undefined
    const id = this.#control.ask(wish, (answer) => {
      this.#options.heard?.('answered')
      if (answer.kind !== 'playing' || id !== this.#newestStart) return // asked for another place meanwhile
      this.#toWorker({ kind: 'playing', answer, bitsPerSecond: this.#start.bandwidthOf(answer.variant) })
      void this.#audio?.run()
      void this.#refuseUndecodable(answer)
      this.#newestAnswer = answer
      const { variant, durationSeconds, setup } = answer
      this.#setupMs = setup?.modelledMs
      const notes = [startNote(answer, wantedSeconds), this.#setupNote()]
      this.#update({ variant, durationSeconds, note: notes.filter((note) => note !== '').join(' · ') })
    })
    this.#newestStart = id
  }

  /** The menu offers no such variant, but an address may name it. */
  async #refuseUndecodable({ tracks, variant }: PlayingAnswer): Promise<void> {
    const codec = tracks.find(({ kind }) => kind === 'video')?.codec
    if (codec === undefined) return // sound alone
    if (await isDecodedByWebCodecs(codec)) return
    this.#fail(`This browser does not decode ${variant} (${codec}). Choose another variant.`)
  }

  /** What an RTSP viewer would have waited for on this link, which counts; and what only a browser needs. */
  #setupNote(): string {
    if (this.#setupMs === undefined) return ''
    const [modelled, apart] = [this.#setupMs, this.#transportMs].map((ms) => formatCount(Math.round(ms)))
    return startWords.setup(
      String(modelled),
      startWords.setupBy[this.#transport?.kind ?? 'data-channel'],
      String(apart),
    )
  }

  #onDatagram(bytes: ArrayBuffer): void {
    if (this.#options.heard !== undefined && !isRtcp(new Uint8Array(bytes, 0, 2))) this.#options.heard('packet')
    this.#toWorker({ kind: 'datagram', bytes, arrivalMs: wallMs() }, [bytes])
  }

  #onControl(message: ControlMessage): void {
    switch (message.kind) {
      case 'connected':
        return this.#options.heard?.('heard')
      case 'session':
        this.#sessionId = message.id
        return
      case 'ended':
        return this.#toWorker(message)
      case 'stopped':
        return this.#fail(message.message)
      case 'playing':
      case 'paused':
      case 'refused': {
        const refusal = this.#control.take(message)
        if (refusal === undefined || refusal.code === 'not-playing') return // the end came before the pause
        return this.#fail(refusal.message)
      }
    }
  }

  #onWorker(message: FromWorker): void {
    switch (message.kind) {
      case 'sound':
        return this.#audio?.play(message.unit)
      case 'report':
        return this.#transport?.sendReport(message.datagram)
      case 'failed':
        return this.#fail(message.message)
      case 'events':
        return this.#start.tell(message.events)
      case 'progress':
        return this.#onProgress(message.progress)
    }
  }

  #onProgress(progress: UdpProgress): void {
    this.#losses.add(progress)
    if (progress.atMs < this.#askedMs) return
    this.#progress = progress
    this.#showProgress(progress)
    if (progress.phase === 'playing' && this.#pausesAtFirstPicture) {
      this.#pausesAtFirstPicture = false
      this.pause()
    }
  }

  #showProgress({ phase, positionSeconds, durationSeconds, measures, bufferSeconds, atMs }: UdpProgress): void {
    const shownPhase = this.#isPaused ? 'paused' : phase
    if (shownPhase === this.status.value.phase && atMs - this.#statusMs < STATUS_MS) return
    this.#statusMs = atMs
    this.#update({
      phase: shownPhase,
      positionSeconds: this.#isPaused ? this.status.value.positionSeconds : positionSeconds,
      durationSeconds,
      counters: countersOf(measures, bufferSeconds),
    })
  }

  #fail(message: string): void {
    if (this.#isClosed) return
    this.#update({
      phase: 'failed',
      problem: { message: asSentence(message), whatToDo: problemWords.playAgainOrHls },
    })
  }

  #update(changes: Partial<SideStatus>): void {
    this.status.value = { ...this.status.value, ...changes }
  }
}

/** A picture can only begin at a keyframe: the page says when that is not where the viewer wanted to be. Sound can anywhere. */
function startNote({ startSeconds, tracks }: PlayingAnswer, wantedSeconds: number): string {
  const beforeSeconds = wantedSeconds - startSeconds
  const hasPictures = tracks.some(({ kind }) => kind === 'video')
  const from = (hasPictures ? startWords.fromKeyframe : startWords.fromSound)(formatTime(startSeconds))
  return beforeSeconds < 0.05 ? from : startWords.before(from, beforeSeconds.toFixed(1))
}
