import { computed, signal } from '@preact/signals'
import type { LinkPreset } from '../link/presets.ts'
import type { LinkProfile } from '../link/profile.ts'
import type { LinkSummary } from '../protocol/weir-api.ts'
import { requestJson } from './api.ts'
import { perfectNetwork, profilePatchOf, sameNetwork, settingsOf } from './network-profile.ts'
import type { NetworkSettings } from './settings.ts'

/** The link as the page sees and sets it. A change shows at once and goes to the server with the next frame painted. */
export class NetworkLink {
  readonly id: string
  readonly settings = signal<NetworkSettings>({ ...perfectNetwork, seed: 1 })
  readonly presets = signal<readonly LinkPreset[]>([])
  readonly problem = signal<string | undefined>(undefined)
  /** The preset whose numbers these are; empty when they are the viewer's own. */
  readonly presetName = computed(
    () => this.presets.value.find(({ profile }) => sameNetwork(settingsOf(profile), this.settings.value))?.name ?? '',
  )
  readonly #address: string
  readonly #onSettings: (settings: NetworkSettings) => void
  #isScheduled = false
  #sending: Promise<void> = Promise.resolve()

  constructor(id: string, onSettings: (settings: NetworkSettings) => void) {
    this.id = id
    this.#address = `/api/links/${encodeURIComponent(id)}`
    this.#onSettings = onSettings
  }

  /** Takes over the link's own settings, with those of the page's address before them. Never rejects: `problem` tells. */
  async open(fromAddress: Partial<NetworkSettings>): Promise<void> {
    try {
      const { profile } = await requestJson<LinkSummary<LinkProfile>>('GET', this.#address)
      this.settings.value = { ...settingsOf(profile), ...fromAddress }
      if (Object.keys(fromAddress).length > 0) await this.#send()
      this.presets.value = await requestJson<readonly LinkPreset[]>('GET', '/api/link-presets')
    } catch (error) {
      this.problem.value = (error as Error).message
    }
  }

  change(changes: Partial<NetworkSettings>): void {
    this.settings.value = { ...this.settings.value, ...changes }
    this.#onSettings(this.settings.value)
    if (this.#isScheduled) return
    this.#isScheduled = true
    requestAnimationFrame(() => {
      this.#isScheduled = false
      // One after the other, so that the last one set is the last one taken.
      this.#sending = this.#sending
        .then(() => this.#send())
        .catch((error: Error) => void (this.problem.value = error.message))
    })
  }

  /** The preset's numbers; the seed stays. */
  applyPreset(name: string): void {
    const preset = this.presets.value.find((other) => other.name === name)
    if (preset !== undefined) this.change({ ...settingsOf(preset.profile), seed: this.settings.value.seed })
  }

  async #send(): Promise<void> {
    await requestJson('PATCH', this.#address, profilePatchOf(this.settings.value))
    this.problem.value = undefined
  }
}
