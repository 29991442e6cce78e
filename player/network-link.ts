import { computed, signal } from '@preact/signals'
import type { LinkPreset } from '../link/presets.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { LinkSummary } from '../protocol/weir-api.ts'
import { requestJson, requestJsonApart } from './api.ts'
import { patchBetween, sameNetwork, settingsOf, tellingSettings, withSettings } from './network-profile.ts'
import type { CompareSettings, NetworkSettings } from './settings.ts'
import { networkWords } from './words.ts'

type Summary = LinkSummary<LinkProfile>
type InAddress = Pick<CompareSettings, 'preset' | 'network'>

/** The link as the page sees and sets it. A change shows at once and goes to the server with the next frame painted. */
export class NetworkLink {
  readonly id: string
  readonly profile = signal<LinkProfile>({ seed: 1, downlink: {} })
  readonly settings = computed(() => settingsOf(this.profile.value))
  readonly presets = signal<readonly LinkPreset[]>([])
  readonly problem = signal<string | undefined>(undefined)
  /** False until the link has told what it is: what one would change before is not its own. */
  readonly isOpen = signal(false)
  /** Since the first media, as the server told last; undefined before. */
  readonly linkTimeSeconds = signal<number | undefined>(undefined)
  /** The preset that the network began with: a profile keeps its name. */
  readonly base = computed(() => this.presets.value.find(({ name }) => name === this.profile.value.name))
  readonly isAsPreset = computed(
    () => this.base.value !== undefined && sameNetwork(this.base.value.profile, this.profile.value),
  )
  readonly #address: string
  readonly #onChange: (inAddress: InAddress) => void
  #served: LinkProfile | undefined // what the server said last
  #isScheduled = false
  #sending: Promise<void> = Promise.resolve()

  constructor(id: string, onChange: (inAddress: InAddress) => void) {
    this.id = id
    this.#address = `/api/links/${encodeURIComponent(id)}`
    this.#onChange = onChange
  }

  /** Takes over the link's own profile, with what the page's address sets. Never rejects: `problem` tells. */
  async open({ preset, network }: InAddress): Promise<void> {
    try {
      const [{ profile }, presets] = await Promise.all([
        requestJson<Summary>('GET', this.#address),
        requestJson<readonly LinkPreset[]>('GET', '/api/link-presets'),
      ])
      this.presets.value = presets
      this.#served = profile
      const begun = preset === undefined ? profile : this.presetProfile(preset, profile.seed)
      this.profile.value = Object.keys(network).length === 0 ? begun : withSettings(begun, network)
      this.isOpen.value = true
      await this.#send()
    } catch (error) {
      this.problem.value = (error as Error).message
    }
  }

  change(changes: Partial<NetworkSettings>): void {
    this.#set(withSettings(this.profile.value, changes))
  }

  /** The preset as it is; the seed and the planned changes stay. */
  applyPreset(name: string): void {
    const { seed, changes } = this.settings.value
    this.replace({ ...this.presetProfile(name, seed), ...(changes.length === 0 ? {} : { changes }) })
  }

  /** Another network as a whole, from a file. What the server refuses of it stands in `problem`. */
  replace(profile: LinkProfile): void {
    this.#set(profile)
  }

  /** Another network for a while, of which the address tells nothing. */
  lend(profile: LinkProfile): void {
    this.profile.value = profile
    this.#schedule()
  }

  /** Throws where there is no such preset. */
  presetProfile(name: string, seed: number): LinkProfile {
    const preset = this.presets.value.find((other) => other.name === name)
    if (preset === undefined) throw new Error(networkWords.noPreset(name))
    return { ...preset.profile, name, seed }
  }

  /** Link time 0: the seed's first draw, counters at zero. Resolves when it is so, or `problem` says why not. */
  restart(): Promise<void> {
    return this.#afterwards(async () => {
      await this.#send()
      await requestJsonApart('POST', `${this.#address}/restart`)
    })
  }

  /** What the server tells of the link; another page may have changed it. */
  follow({ profile, linkTimeSeconds }: Summary): void {
    this.linkTimeSeconds.value = linkTimeSeconds
    const served = this.#served
    if (this.#isScheduled || served === undefined || isSame(profile, served)) return
    if (!isSame(served, this.profile.value)) return // a change of ours is on its way
    this.#served = profile
    this.profile.value = profile
  }

  #set(profile: LinkProfile): void {
    this.profile.value = profile
    const { value: base } = this.base
    const network = tellingSettings(this.settings.value, base && settingsOf(base.profile))
    this.#onChange({ preset: base?.name, network })
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    requestAnimationFrame(() => {
      this.#isScheduled = false
      void this.#afterwards(() => this.#send())
    })
  }

  /** One after the other, so that the last one set is the last one taken. */
  #afterwards(act: () => Promise<void>): Promise<void> {
    this.#sending = this.#sending.then(act).catch((error: Error) => void (this.problem.value = error.message))
    return this.#sending
  }

  async #send(): Promise<void> {
    const { applyTo: _applyTo, ...served } = this.#served ?? { seed: 1, downlink: {} }
    const { applyTo: _sameApplyTo, ...wanted } = this.profile.value
    const patch = patchBetween(served, wanted)
    if (Object.keys(patch).length > 0) {
      this.#served = (await requestJsonApart<Summary>('PATCH', this.#address, patch)).profile
    }
    this.problem.value = undefined
  }
}

const isSame = (a: LinkProfile, b: LinkProfile): boolean => Object.keys(patchBetween(a, b)).length === 0
