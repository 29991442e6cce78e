import { badText, type Decoded } from './decoded.ts'

/** Reads the fields of JSON from elsewhere. A wrong field gives a harmless value and the first one's fault is kept,
 *  so that a reader of many fields checks once, at its end. Names are paths such as `video.codec`. */
export class JsonFields {
  #fault: Decoded<never> | undefined

  get fault(): Decoded<never> | undefined {
    return this.#fault
  }

  /** Keeps `name: expected` as the fault, unless there is one already. */
  refuse(name: string, expected: string, got: unknown): void {
    this.#fault ??= badText(`${name}: ${expected}`, JSON.stringify(got) ?? 'nothing')
  }

  record(value: unknown, name: string): Record<string, unknown> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
    this.refuse(name, 'an object', value)
    return {}
  }

  list(value: unknown, name: string): readonly unknown[] {
    if (Array.isArray(value)) return value
    this.refuse(name, 'an array', value)
    return []
  }

  text(value: unknown, name: string, pattern: RegExp): string {
    if (typeof value === 'string' && pattern.test(value)) return value
    this.refuse(name, `text like ${pattern.source}`, value)
    return ''
  }

  boolean(value: unknown, name: string): boolean {
    if (typeof value === 'boolean') return value
    this.refuse(name, 'true or false', value)
    return false
  }

  /** Minimum and maximum are allowed themselves. */
  number(value: unknown, name: string, minimum: number, maximum: number): number {
    if (typeof value === 'number' && value >= minimum && value <= maximum) return value
    this.refuse(name, `a number from ${minimum} to ${maximum}`, value)
    return minimum
  }

  wholeNumber(value: unknown, name: string, minimum: number, maximum: number): number {
    if (isWholeNumber(value, minimum, maximum)) return value
    this.refuse(name, `a whole number from ${minimum} to ${maximum}`, value)
    return minimum
  }
}

export function isWholeNumber(value: unknown, minimum: number, maximum: number): value is number {
  return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum
}
