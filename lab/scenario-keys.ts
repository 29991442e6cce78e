import { z } from 'zod'
import { networkSchema, scenarioSchema } from './scenario-schema.ts'

/** A key of a scenario file, as the documents explain it. */
export type ScenarioKey = {
  readonly path: string // `sides.<name>.abr`, `source.variants[].name`
  readonly expected: string
  readonly fallback: string // JSON; empty: none
  readonly isNeeded: boolean
  readonly meaning: string
}

type Json = {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Json>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Json | boolean
  readonly items?: Json
  readonly oneOf?: readonly Json[]
  readonly anyOf?: readonly Json[]
}

/** All keys of a scenario file in the order of the schema, and what is said of each there; of ranges of the grid, which
 *  are alike, none. */
export function scenarioKeys(): readonly ScenarioKey[] {
  return keysOf(jsonOf(scenarioSchema), '').filter(({ path }) => !/^grid\.\w+\./.test(path))
}

/** Those of a network that the file itself describes; of both directions, which are alike, the first. */
export function networkKeysOf(): readonly ScenarioKey[] {
  return keysOf(jsonOf(networkSchema), 'networks[].').filter(({ path }) => !path.startsWith('networks[].uplink.'))
}

function jsonOf(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json
}

function keysOf({ properties = {}, required = [] }: Json, at: string): readonly ScenarioKey[] {
  return Object.entries(properties).flatMap(([key, json]) => {
    const path = at + key
    const own = {
      path,
      expected: expectedOf(json),
      fallback: json.default === undefined ? '' : JSON.stringify(json.default),
      isNeeded: required.includes(key) && json.default === undefined,
      meaning: json.description ?? '',
    }
    return [own, ...innerKeys(json, path)]
  })
}

function innerKeys(json: Json, path: string): readonly ScenarioKey[] {
  if (json.properties !== undefined) return keysOf(json, `${path}.`)
  if (json.items !== undefined) return innerKeys(json.items, `${path}[]`)
  const kinds = json.oneOf ?? json.anyOf
  if (kinds !== undefined) return kinds.flatMap((kind) => innerKeys(kind, pathOfKind(kind, path)))
  const { additionalProperties: named } = json
  return typeof named === 'object' ? innerKeys(named, `${path}.<name>`) : []
}

/** `source (model)`. */
function pathOfKind({ properties }: Json, path: string): string {
  const kind = properties?.['kind']?.const
  return typeof kind === 'string' ? `${path} (${kind})` : path
}

function expectedOf(json: Json): string {
  if (json.const !== undefined) return `\`${plain(json.const)}\``
  if (json.enum !== undefined) return json.enum.map((value) => `\`${plain(value)}\``).join(', ')
  const kinds = json.oneOf ?? json.anyOf
  if (kinds !== undefined) return [...new Set(kinds.map(expectedOf))].join(', or ')
  switch (json.type) {
    case 'number':
    case 'integer':
      return `a ${json.type === 'integer' ? 'whole ' : ''}number from ${json.minimum} to ${json.maximum}`
    case 'string':
      return json.maxLength === undefined ? 'a name' : `a text of ${json.minLength} to ${json.maxLength} characters`
    case 'boolean':
      return '`true`, `false`'
    case 'array':
      return listOf(json)
    case 'object':
      return objectOf(json)
    case undefined:
    default:
      return 'a value'
  }
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function listOf({ items, minItems, maxItems }: Json): string {
  const bounds = minItems === undefined ? '' : ` of ${minItems} to ${maxItems}`
  const each = items === undefined ? '' : expectedOf(items)
  return `a list${bounds}${each === '' || each === 'a value' ? '' : `, each ${each}`}`
}

function objectOf({ properties, additionalProperties }: Json): string {
  const hasNames = typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
  if (properties === undefined) return hasNames ? 'a map of names' : 'an object'
  const kind = properties['kind']?.const
  if (typeof kind === 'string') return `kind \`${kind}\``
  return `{${Object.keys(properties).join(', ')}}`
}
