import { AudioTimeline, contextSecondsAt, type ClockPair } from './audio-timeline.ts'
import type { Sound } from './side.ts'

/** Decoded sound, planar, for the unit whose first sample is due at `dueWallMs` (see wall-clock.ts). */
export type SoundUnit = {
  readonly positionSeconds: number
  readonly dueWallMs: number
  readonly sampleRateHz: number
  readonly channels: readonly Float32Array<ArrayBuffer>[]
}

/** Two seconds of AAC at 48 kHz; what is more waits for nothing good. */
const MOST_SCHEDULED = 94
const SPARE_SECONDS = 0.08 // for decoding and for two threads' messages

/** Plays units of sound at their time on the clock of the pictures. */
export class AudioOutput {
  readonly context: AudioContext
  /** Where all sound passes; a recorder may be connected to it. */
  readonly output: GainNode
  readonly #aheadSeconds: number
  readonly #timeline = new AudioTimeline()
  readonly #scheduled = new Set<AudioBufferSourceNode>()
  #isRunning = true
  #playedUnits = 0
  #lateUnits = 0 // came when their time was over

  /** `aheadSeconds`: how long before its time a unit comes at the latest. */
  constructor(sound: Sound, aheadSeconds: number) {
    this.#aheadSeconds = aheadSeconds
    this.context = new AudioContext({ latencyHint: 'interactive' })
    this.output = this.context.createGain()
    this.output.connect(this.context.destination)
    this.setSound(sound)
    // Browsers keep sound off until the person has done something on the page.
    addEventListener('pointerdown', this.#wake)
    addEventListener('keydown', this.#wake)
  }

  snapshot() {
    return {
      state: this.context.state,
      playedUnits: this.#playedUnits,
      lateUnits: this.#lateUnits,
      resyncs: this.#timeline.resyncs,
      latencySeconds: this.#latencySeconds,
      lagSeconds: this.#lagSeconds(),
    }
  }

  setSound({ volumeRatio, muted }: Sound): void {
    this.output.gain.setTargetAtTime(muted ? 0 : volumeRatio, this.context.currentTime, 0.01) // no click
  }

  play(unit: SoundUnit): void {
    if (this.context.state !== 'running' || this.#scheduled.size >= MOST_SCHEDULED) return
    const wanted = contextSecondsAt(unit.dueWallMs, this.#clockPair()) + this.#lagSeconds()
    const start = this.#timeline.place(unit.positionSeconds, wanted)
    const buffer = this.#bufferOf(unit)
    const lateSeconds = this.context.currentTime - start
    if (lateSeconds >= buffer.duration) {
      this.#lateUnits += 1
      return
    }
    this.#schedule(buffer, start, Math.max(0, lateSeconds))
  }

  /** Stands still where it is; `run` goes on from there. */
  async pause(): Promise<void> {
    this.#isRunning = false
    await this.context.suspend()
  }

  async run(): Promise<void> {
    this.#isRunning = true
    this.#timeline.reset()
    await this.context.resume()
  }

  /** Drops what is scheduled, for a seek. */
  flush(): void {
    for (const source of this.#scheduled) source.stop()
    this.#scheduled.clear()
    this.#timeline.reset()
  }

  close(): void {
    removeEventListener('pointerdown', this.#wake)
    removeEventListener('keydown', this.#wake)
    void this.context.close()
  }

  readonly #wake = () => {
    if (this.#isRunning && this.context.state === 'suspended') void this.context.resume()
  }

  /** getOutputTimestamp tells the sample that leaves the loudspeaker now: the card's latency is in it. */
  #clockPair(): ClockPair {
    const { contextTime, performanceTime } = this.context.getOutputTimestamp()
    if (contextTime !== undefined && performanceTime !== undefined && performanceTime > 0) {
      return { contextSeconds: contextTime, wallMs: performance.timeOrigin + performanceTime }
    }
    const { currentTime, baseLatency, outputLatency } = this.context
    return {
      contextSeconds: currentTime - baseLatency - (outputLatency || 0),
      wallMs: performance.timeOrigin + performance.now(),
    }
  }

  #schedule(buffer: AudioBuffer, start: number, skippedSeconds: number): void {
    const source = new AudioBufferSourceNode(this.context, { buffer })
    source.connect(this.output)
    source.onended = () => this.#scheduled.delete(source)
    this.#scheduled.add(source)
    source.start(start + skippedSeconds, skippedSeconds)
    this.#playedUnits += 1
  }

  get #latencySeconds(): number {
    return this.context.baseLatency + (this.context.outputLatency || 0)
  }

  /** A card that is slower than the jitter buffer allows (wireless headphones) would never sound: so it lags a little. */
  #lagSeconds(): number {
    return Math.max(0, this.#latencySeconds + SPARE_SECONDS - this.#aheadSeconds)
  }

  #bufferOf({ channels, sampleRateHz }: SoundUnit): AudioBuffer {
    const buffer = new AudioBuffer({
      length: channels[0]!.length,
      numberOfChannels: channels.length,
      sampleRate: sampleRateHz,
    })
    channels.forEach((samples, index) => buffer.copyToChannel(samples, index))
    return buffer
  }
}
