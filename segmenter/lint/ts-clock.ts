import type { ByteRuleId } from './segment-facts.ts'
import { CLOCK_HZ, type TsPacket } from './ts-packets.ts'

const WRAP_SECONDS = 2 ** 33 / CLOCK_HZ
const MAX_INTERVAL_SECONDS = 0.1 // ISO/IEC 13818-1 section 2.7.2
const MAX_STEP_SECONDS = 1
const ROUNDING_SECONDS = 0.001

type LongStep = { readonly seconds: number; readonly dtsBefore: number | undefined; readonly index: number }

/** The program clock reference of a segment, as far as it is told, beside the times to decode. */
export class TsClock {
  readonly #fault: (rule: ByteRuleId, expected: string, got: string) => void
  #firstSeconds: number | undefined
  #lastSeconds: number | undefined
  #longestSeconds = 0 // without being told
  #longStep: LongStep | undefined
  #dtsBehind: number | undefined // of the first unit behind the newest one

  constructor(fault: (rule: ByteRuleId, expected: string, got: string) => void) {
    this.#fault = fault
  }

  facts(): { readonly pcr?: { readonly firstSeconds: number; readonly lastSeconds: number } } {
    if (this.#firstSeconds === undefined) return {}
    return { pcr: { firstSeconds: this.#firstSeconds, lastSeconds: this.#lastSeconds ?? NaN } }
  }

  /** A packet tells the time. */
  take({ isBreak, index }: TsPacket, seconds: number): void {
    const before = this.#lastSeconds
    this.#firstSeconds ??= seconds
    this.#lastSeconds = seconds
    const dtsBefore = this.#dtsBehind
    this.#dtsBehind = undefined
    if (before === undefined || isBreak) return
    const step = difference(seconds, before)
    if (step < 0) this.#jump(step, index)
    else if (step <= MAX_STEP_SECONDS) this.#longestSeconds = Math.max(this.#longestSeconds, step)
    else this.#longStep ??= { seconds: step, dtsBefore, index }
  }

  /** A unit of any stream is to be decoded at `dts`. */
  takeUnit(dts: number, index: number): void {
    this.#judgeLongStep(dts)
    this.#dtsBehind ??= dts
    const late = this.#lastSeconds === undefined ? NaN : difference(this.#lastSeconds, dts)
    if (!(late > ROUNDING_SECONDS)) return
    const got = `${(late * 1000).toFixed(0)} ms after it, packet ${index}` // s to ms
    this.#fault('pcr-late', 'a PCR before the time to decode', got)
  }

  /** Nothing more comes of the program whose clock is in `pcrPid`. */
  end(pcrPid: number): void {
    if (this.#firstSeconds === undefined) this.#fault('pcr-missing', `a PCR in PID ${pcrPid}`, 'none')
    if (this.#longestSeconds <= MAX_INTERVAL_SECONDS + ROUNDING_SECONDS) return
    this.#fault('pcr-interval', 'a PCR each 100 ms', `${(this.#longestSeconds * 1000).toFixed(0)} ms without`) // s to ms
  }

  /** A clock that went far has jumped if the media did not go with it; else it is told seldom, as of a picture a second. */
  #judgeLongStep(dts: number): void {
    const step = this.#longStep
    if (step === undefined) return
    this.#longStep = undefined
    const wentSeconds = difference(dts, step.dtsBefore ?? dts)
    if (step.seconds - wentSeconds > MAX_STEP_SECONDS) this.#jump(step.seconds, step.index)
    else this.#longestSeconds = Math.max(this.#longestSeconds, step.seconds)
  }

  #jump(stepSeconds: number, index: number): void {
    this.#fault('pcr-jump', 'a clock that runs on', `a step of ${stepSeconds.toFixed(3)} s at packet ${index}`)
  }
}

/** Of times that wrap after 26.5 hours: `later` less `earlier`, the short way round. */
export function difference(later: number, earlier: number): number {
  const seconds = later - earlier
  if (seconds > WRAP_SECONDS / 2) return seconds - WRAP_SECONDS
  return seconds < -WRAP_SECONDS / 2 ? seconds + WRAP_SECONDS : seconds
}
