import { signal } from '@preact/signals'
import type { RunQuality } from '../protocol/weir-api.ts'
import { requestJson } from './api.ts'

const ASK_MS = 500 // while it is being measured

/** The displayed quality of a run that has ended, as the server measures it. */
export class RunQualityStore {
  readonly quality = signal<RunQuality | undefined>(undefined)
  readonly problem = signal<string | undefined>(undefined)
  readonly #address: string
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(id: string) {
    this.#address = `/api/runs/${encodeURIComponent(id)}/quality`
  }

  look(): Promise<void> {
    return this.#ask('GET')
  }

  start(): Promise<void> {
    return this.#ask('POST')
  }

  async giveUp(): Promise<void> {
    clearTimeout(this.#timer)
    await requestJson('DELETE', this.#address).catch(() => undefined) // what has become of it is asked next
    await this.look()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #ask(method: 'GET' | 'POST'): Promise<void> {
    clearTimeout(this.#timer)
    this.problem.value = undefined
    try {
      const quality = await requestJson<RunQuality>(method, this.#address)
      this.quality.value = quality
      const goesOn = quality.state === 'waiting' || quality.state === 'measuring'
      if (goesOn && !this.#isClosed) this.#timer = setTimeout(() => void this.look(), ASK_MS)
    } catch (error) {
      this.problem.value = (error as Error).message
    }
  }
}
