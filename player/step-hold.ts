import { signal } from '@preact/signals'
import type { HlsSide } from './hls-side.ts'
import { stepAct, type StepAct } from './in-step.ts'
import type { Side } from './side.ts'

const LOOK_MS = 50
const SHOW_MS = 250
const JUMP_MS = { first: 200, most: 1000 } // what a seek within the buffer takes, during which UDP goes on
const BETWEEN_JUMPS_MS = 1000 // at least
const LONGEST_WAIT_MS = 10_000 // for a UDP side of which nothing comes

const movingPhases = new Set(['playing', 'stalled', 'held'])

/** Measures how far the two sides lie apart, and holds them in step where that is wanted. */
export class StepHold {
  /** Where HLS is before UDP, while both play. */
  readonly aheadMs = signal<number | undefined>(undefined)
  readonly #hls: HlsSide
  readonly #udp: Side
  readonly #isWanted: () => boolean
  readonly #speedRatio: () => number // where it is not
  readonly #timer: ReturnType<typeof setInterval>
  #shownMs = 0
  #jumpedMs = -Infinity
  #jumpTakesMs: number = JUMP_MS.first // as the one before took
  #isJumping = false
  #heldMs: number | undefined // since when HLS waits

  constructor(sides: { readonly hls: HlsSide; readonly udp: Side }, isWanted: () => boolean, speedRatio: () => number) {
    this.#hls = sides.hls
    this.#udp = sides.udp
    this.#isWanted = isWanted
    this.#speedRatio = speedRatio
    this.#timer = setInterval(() => this.#look(performance.now()), LOOK_MS)
  }

  close(): void {
    clearInterval(this.#timer)
    this.#letGo()
  }

  #look(nowMs: number): void {
    const aheadMs = (this.#hls.positionSeconds() - this.#udp.positionSeconds()) * 1000
    if (nowMs - this.#shownMs >= SHOW_MS) {
      this.#shownMs = nowMs
      this.aheadMs.value = this.#bothMove() ? aheadMs : undefined
    }
    if (!this.#isWanted()) return this.#letGo()
    if (this.#isJumping && !this.#judgeJump(aheadMs)) return
    this.#act(stepAct({ aheadMs, hls: this.#hls.status.value.phase, udp: this.#udp.status.value.phase }), nowMs)
  }

  #act(act: StepAct, nowMs: number): void {
    switch (act.kind) {
      case 'as-it-was':
        return
      case 'go':
        this.#heldMs = undefined
        this.#hls.release()
        return this.#hls.setSpeed(act.speedRatio)
      case 'hold':
        this.#heldMs ??= nowMs
        return nowMs - this.#heldMs < LONGEST_WAIT_MS ? this.#hls.hold() : this.#hls.release()
      case 'jump':
        return this.#jump(nowMs)
    }
  }

  #jump(nowMs: number): void {
    if (nowMs - this.#jumpedMs < BETWEEN_JUMPS_MS) return
    this.#jumpedMs = nowMs
    this.#isJumping = true
    this.#hls.release()
    this.#hls.setSpeed(1)
    this.#hls.jumpTo(this.#udp.positionSeconds() + this.#jumpTakesMs / 1000)
  }

  /** False as long as the picture stands. By how much it is off when it moves again, the next jump takes longer or less. */
  #judgeJump(aheadMs: number): boolean {
    if (this.#hls.isJumping) return false
    this.#isJumping = false
    this.#jumpTakesMs = Math.min(Math.max(this.#jumpTakesMs - aheadMs, 0), JUMP_MS.most)
    return true
  }

  #letGo(): void {
    this.#heldMs = undefined
    this.#isJumping = false
    this.#hls.release()
    this.#hls.setSpeed(this.#speedRatio())
  }

  #bothMove(): boolean {
    return movingPhases.has(this.#hls.status.value.phase) && this.#udp.status.value.phase === 'playing'
  }
}
