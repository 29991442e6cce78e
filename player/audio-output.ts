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

/** Plays units of sound at their time on the clock of the pictures. */
export class AudioOutput {
  readonly context: AudioContext
  /** Where all sound passes; a recorder may be connected to it. */
  readonly output: GainNode
  playedUnits = 0
  lateUnits = 0 // came when their time was over
  readonly #timeline = new AudioTimeline()
  readonly #scheduled = new Set<AudioBufferSourceNode>()
  #isRunning = true

  constructor(sound: Sound) {
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
      playedUnits: this.playedUnits,
      lateUnits: this.lateUnits,
      resyncs: this.#timeline.resyncs,
    }
  }

  setSound({ volumeRatio, muted }: Sound): void {
    this.output.gain.setTargetAtTime(muted ? 0 : volumeRatio, this.context.currentTime, 0.01) // no click
  }

  play(unit: SoundUnit): void {
    if (this.context.state !== 'running' || this.#scheduled.size >= MOST_SCHEDULED) return
    const wanted = contextSecondsAt(unit.dueWallMs, this.#clockPair())
    const start = this.#timeline.place(unit.positionSeconds, wanted)
    if (start < this.context.currentTime) {
      this.lateUnits += 1
      return
    }
    const source = new AudioBufferSourceNode(this.context, { buffer: this.#bufferOf(unit) })
    source.connect(this.output)
    source.onended = () => this.#scheduled.delete(source)
    this.#scheduled.add(source)
    source.start(start)
    this.playedUnits += 1
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
