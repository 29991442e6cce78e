import { InvalidArgumentError } from 'commander'

const MOST_AMOUNTS = 1000

/** Reads `1M,2.5M` into numbers, by what each unit stands for; '' is a number without one. Throws InvalidArgumentError. */
export function amounts(units: Readonly<Record<string, number>>): (text: string) => readonly number[] {
  const known = Object.keys(units).filter((unit) => unit !== '')
  const ends = known.length === 0 ? '' : `, each with ${known.join(' or ')} or without`
  return (text) => {
    const values = text.split(',').map((amount) => amountOf(amount, units))
    if (values.length <= MOST_AMOUNTS && values.every((value) => Number.isFinite(value))) return values
    throw new InvalidArgumentError(`It must be numbers with commas between them${ends}.`)
  }
}

function amountOf(text: string, units: Readonly<Record<string, number>>): number {
  const [, digits, unit = ''] = /^(\d{1,15}(?:\.\d{1,15})?)([a-z%]*)$/i.exec(text.trim()) ?? []
  const times = units[unit]
  if (digits === undefined || times === undefined) return NaN
  return times < 1 ? Number(digits) / (1 / times) : Number(digits) * times // 0.57, not 57 × 0.01
}
