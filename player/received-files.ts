import type { PublishedMoments } from '../stream/latency-join.ts'

const KEPT_FILES = 300 // a minute of parts

/** When the newest segments and parts of a channel had come. */
export class ReceivedFiles {
  readonly #cameMs = new Map<string, number>() // by `<media sequence number>` or `<media sequence number>.<part>`

  /** `url` ends in the file's name, such as `12.ts` or `12.3.m4s`. */
  add(url: string, atMs: number): void {
    const name = /(\d+(?:\.\d+)?)\.(?:ts|m4s)(?:\?.*)?$/.exec(url)?.[1]
    if (name === undefined) return
    this.#cameMs.set(name, atMs)
    const [oldest] = this.#cameMs.keys()
    if (this.#cameMs.size > KEPT_FILES && oldest !== undefined) this.#cameMs.delete(oldest)
  }

  /** A picture comes in its part, or in the whole segment where a player begins with that. */
  readonly cameMs = ({ file = '' }: PublishedMoments): number | undefined =>
    this.#cameMs.get(file) ?? this.#cameMs.get(file.split('.')[0] ?? '')
}
