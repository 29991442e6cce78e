import { seededRandom, type Random } from '../../link/random.ts'
import type { RealtimeEvent } from '../../protocol/realtime-api.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** JSON in ASCII: as many bytes as characters, on every way. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The body of an event that stands in a log at `sequence`. */
export type EventBody = RealtimeEvent extends infer Event
  ? Event extends RealtimeEvent
    ? Omit<Event, 'sequence' | 'unixMs'>
    : never
  : never

export function eventText(sequence: number, unixMs: number, body: EventBody): string {
  return asciiJson({ sequence, unixMs: Math.round(unixMs * 1000) / 1000, ...body }) // to the microsecond
}

/** Letters as a seed gives them, one after the other. */
export class SeededLetters {
  readonly #random: Random

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  take(count: number): string {
    let text = ''
    for (let index = 0; index < count; index += 1) text += LETTERS[Math.floor(this.#random() * LETTERS.length)]
    return text
  }
}

/** A generated event of exactly `sizeBytes`, or as short as it gets. */
export function generatedText(sequence: number, unixMs: number, letters: SeededLetters, sizeBytes: number): string {
  const bare = eventText(sequence, unixMs, { kind: 'generated', data: '' })
  const data = letters.take(Math.max(0, sizeBytes - bare.length))
  return eventText(sequence, unixMs, { kind: 'generated', data })
}
