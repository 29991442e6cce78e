import { signal } from '@preact/signals'
import type { LinkProfile } from '../link/profile.ts'
import type { NetworkLink } from './network-link.ts'
import { sameNetwork } from './network-profile.ts'
import { showAt, type ShowMoment, type ShowStep } from './show-me.ts'

const TICK_MS = 200

/** One show: lends the link the networks of the script, and gives back the one that was there. Whoever changes the network
 *  meanwhile ends the show and keeps the change. */
export class ShowRun {
  readonly moment = signal<ShowMoment | undefined>(undefined)
  readonly #link: NetworkLink
  readonly #before: LinkProfile
  readonly #startMs = performance.now()
  readonly #timer: ReturnType<typeof setInterval>
  #lent: LinkProfile | undefined

  constructor(link: NetworkLink) {
    this.#link = link
    this.#before = link.profile.value
    this.#timer = setInterval(() => this.#advance(), TICK_MS)
    this.#advance()
  }

  #advance(): void {
    if (this.#lent !== undefined && !sameNetwork(this.#link.profile.value, this.#lent)) return this.#end()
    const moment = showAt(performance.now() - this.#startMs)
    if (moment === undefined) return this.stop()
    if (moment.step !== this.moment.value?.step) this.#lend(moment.step)
    this.moment.value = moment
  }

  /** Seed, sharing and congestion control stay: another sharing would begin the network anew. */
  #lend({ preset }: ShowStep): void {
    const { seed, sharing, tcp } = this.#before
    this.#lent = {
      ...this.#link.presetProfile(preset, seed),
      ...(sharing === undefined ? {} : { sharing }),
      ...(tcp === undefined ? {} : { tcp }),
    }
    this.#link.lend(this.#lent)
  }

  /** The network is again as it was. */
  stop(): void {
    if (this.moment.value === undefined) return
    this.#end()
    this.#link.lend(this.#before)
  }

  #end(): void {
    clearInterval(this.#timer)
    this.moment.value = undefined
  }
}
