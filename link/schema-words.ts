import { z } from 'zod'

/** The words in which a schema says what it expects; `problemsOf` puts the path before them and what came behind. */
export function numberFrom(least: number, most: number) {
  const expected = `must be a number from ${least} to ${most}`
  return z.number(expected).min(least, expected).max(most, expected)
}

export function wholeNumberFrom(least: number, most: number) {
  const expected = `must be a whole number from ${least} to ${most}`
  return z.int(expected).min(least, expected).max(most, expected)
}

export function listOf<Item extends z.ZodType>(item: Item, least: number, most: number) {
  const expected = `must be a list of ${least} to ${most}`
  return z.array(item, expected).min(least, expected).max(most, expected)
}

export function oneOf<const Value extends string | number | boolean>(...values: readonly [Value, ...Value[]]) {
  return z.literal([...values], `must be ${inWords(values.map((value) => JSON.stringify(value)))}`)
}

/** An object of these keys and no others. */
export function objectOf<Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `is unknown; known here: ${keys}` : `must be an object of ${keys}`,
  })
}

/** Objects told apart by their `kind`. */
export function kindsOf<const Kinds extends readonly [z.ZodObject, ...z.ZodObject[]]>(...kinds: Kinds) {
  const names = kinds.map(({ shape }) => JSON.stringify((shape as { kind: z.ZodLiteral }).kind.value))
  return z.discriminatedUnion('kind', kinds as never, {
    error: (issue) => (issue.code === 'invalid_union' ? `must be ${inWords(names)}` : 'must be an object with a kind'),
  }) as unknown as z.ZodType<z.output<Kinds[number]>>
}

/** One line an issue, the path under `at`: `link.downlink.queueMs must be a number from 1 to 10000, got "1s"`. */
export function problemsOf(error: z.ZodError, value: unknown, at: string): string[] {
  return error.issues.flatMap((issue) => {
    const path = [at, ...issue.path.map(String)].join('.')
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${path}.${key} ${issue.message}`)
    return [`${path} ${issue.message}, got ${shown(valueAt(value, issue.path))}`]
  })
}

const SHOWN_CHARACTERS = 80

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
}

function inWords(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
