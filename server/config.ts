import { isAbsolute, resolve } from 'node:path'
import { parse, parseDocument } from 'yaml'
import { z } from 'zod'
import { usualLimits } from '../segmenter/job-limits.ts'
import { readLinkProfile, type LinkProfile } from '../link/profile.ts'
import type { PackageWishes } from '../segmenter/package.ts'
import { segmentKinds } from '../segmenter/segment-kind.ts'
import { readGroupRange, type MulticastOptions } from '../udp-relay/multicast-groups.ts'

/** How a value is written as text, in a flag or in the environment; a file has YAML's own types. */
type Kind = 'text' | 'path' | 'number' | 'boolean' | 'map'
type Setting<T> = {
  readonly kind: Kind
  readonly schema: z.ZodType<T>
  readonly expected: string // completes "KEY must be …"
  readonly fallback: T
  readonly secret?: boolean
}

function setting<T>(kind: Kind, schema: z.ZodType<T>, expected: string, fallback: NoInfer<T>): Setting<T> {
  return { kind, schema, expected, fallback }
}

function wholeNumber(min: number, max: number, fallback: number): Setting<number> {
  return setting('number', z.int().min(min).max(max), `a whole number from ${min} to ${max}`, fallback)
}

const tokenSchema = z.string().regex(/^[\w.~+/=-]{8,}$/) // a b64token of RFC 6750 section 2.1, so that it fits a header
const usersSchema = z.record(z.string().regex(/^[\w.@-]{1,64}$/), z.string().regex(/^[\x20-\x7e]{1,128}$/))
const multicastSchema = z.strictObject({
  groups: z.string().refine((text) => readGroupRange(text) !== undefined),
  port: z.int().min(2).max(65532).multipleOf(2).default(5004),
  ttl: z.int().min(0).max(255).default(1),
  interface: z.ipv4().optional(),
})
const secretSchema = z.string().regex(/^[\x21-\x7e]{16,}$/)
const urlSchema = z.url({ protocol: /^https?$/ })

/** Every key but `link`. In a file: the key. In the environment: `WEIR_` and the key in capitals with `_`.
 *  Those of `flagKeys` are flags too. Explained, one by one, in `weir.example.yaml`. */
export const settings = {
  host: setting('text', z.string().min(1), 'a host name or an IP address', '127.0.0.1'),
  port: wholeNumber(0, 65535, 8080),
  rtspPort: wholeNumber(0, 65535, 8554),
  rtspsPort: setting('number', z.int().min(0).max(65535).optional(), 'a whole number from 0 to 65535', undefined),
  tlsCertificate: setting('path', z.string().min(1).optional(), 'a file', undefined),
  tlsKey: setting('path', z.string().min(1).optional(), 'a file', undefined),
  rtpPort: setting(
    'number',
    z.int().min(0).max(65534).multipleOf(2),
    'an even number from 0 to 65534 (RTCP takes the odd one above)',
    8000,
  ),
  media: setting('path', z.string().min(1), 'a folder', 'media'),
  publicUrl: setting('text', urlSchema.optional(), 'an http or https address', undefined),
  token: {
    ...setting('text', tokenSchema.optional(), 'at least 8 letters, digits or characters of ._~+/=-', undefined),
    secret: true,
  },
  rtspUsers: {
    ...setting('map', usersSchema, 'a map of names (letters, digits, ._@-) to passwords (printable ASCII)', {}),
    secret: true,
  },
  multicast: setting<MulticastOptions | undefined>(
    'map',
    multicastSchema.optional(),
    'a map of groups (an IPv4 multicast range, such as 239.255.42.0/24), port (even), ttl and interface (its IPv4 address)',
    undefined,
  ),
  hlsSecret: {
    ...setting('text', secretSchema.optional(), 'at least 16 printable characters of ASCII, without spaces', undefined),
    secret: true,
  },
  signedUrls: setting('text', z.enum(['offered', 'demanded']), 'offered or demanded', 'offered'),
  encryptHls: setting('boolean', z.boolean(), 'true or false', false),
  segmentsPerKey: wholeNumber(1, 1_000_000, 10),
  sample: setting('boolean', z.boolean(), 'true or false', true),
  copy: setting('boolean', z.boolean(), 'true or false', true),
  keepOriginal: setting('boolean', z.boolean(), 'true or false', false),
  segments: setting('text', z.enum(segmentKinds), 'one of ts, fmp4', 'ts'),
  singleFiles: setting('boolean', z.boolean(), 'true or false', false),
  webrtc: setting('boolean', z.boolean(), 'true or false', false),
  udpOffload: setting('boolean', z.boolean(), 'true or false', true),
  jobs: setting(
    'number',
    z.int().min(1).max(64).optional(),
    'a whole number from 1 to 64, or absent for one a core',
    undefined,
  ),
  maxUploadBytes: wholeNumber(1, Number.MAX_SAFE_INTEGER, 20_000_000_000),
  minFreeBytes: wholeNumber(0, Number.MAX_SAFE_INTEGER, 500_000_000),
  maxChannels: wholeNumber(0, 64, 4),
  maxVideoGigapixels: wholeNumber(1, 1_000_000_000, usualLimits.gigapixels),
  maxSegmentingMinutes: wholeNumber(1, 30_000, usualLimits.minutes),
  uploadsPerMinute: wholeNumber(1, 10_000, 60),
  eventConnectionsPerAddress: wholeNumber(1, 10_000, 32),
  connectionsPerAddress: wholeNumber(1, 1_000_000, 2000),
  connectionsBeyond: setting('text', z.enum(['answer', 'refuse']), 'answer or refuse', 'answer'),
  hotBytes: wholeNumber(0, 1_000_000_000_000, 128_000_000),
  answerIdleSeconds: wholeNumber(1, 86_400, 120),
  answerSlowestBitsPerSecond: wholeNumber(1, 1_000_000_000, 64_000),
  logLevel: setting(
    'text',
    z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    'one of debug, info, warn, error, silent',
    'info',
  ),
} as const satisfies Record<string, Setting<unknown>>

type Settings = typeof settings
type SettingKey = keyof Settings
export const flagKeys = [
  'host',
  'port',
  'rtspPort',
  'rtspsPort',
  'tlsCertificate',
  'tlsKey',
  'rtpPort',
  'media',
  'publicUrl',
  'token',
  'sample',
  'copy',
  'keepOriginal',
  'segments',
  'singleFiles',
  'webrtc',
] as const

type SettingValues = { readonly [Key in SettingKey]: Settings[Key]['fallback'] | z.output<Settings[Key]['schema']> }
export type Config = SettingValues & { readonly link: LinkProfile }

/** What a configuration wants of packages, and what one video may cost. */
export function packageWishes(config: Config): PackageWishes {
  const {
    copy,
    keepOriginal,
    segments,
    singleFiles,
    webrtc,
    maxVideoGigapixels: gigapixels,
    maxSegmentingMinutes: minutes,
  } = config
  return { copy, keepOriginal, segments, singleFiles, webrtc, limits: { gigapixels, minutes } }
}

/** Where the value of each key came from: `--port`, `WEIR_PORT`, `weir.yaml` or `default`. */
export type Origins = Readonly<Record<keyof Config, string>>

export type ConfigInput = {
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly file: { readonly path: string; readonly text: string } | undefined
  readonly userFolder: string // relative paths of flags and environment start here; those of a file at the file
}

/** All that is wrong with a configuration, one sentence each. */
export class ConfigProblems extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigProblems'
    this.problems = problems
  }
}

/** The configuration: flag over `WEIR_…` over file over default. Throws `ConfigProblems` with every problem found. */
export function readConfig(input: ConfigInput): { readonly config: Config; readonly origins: Origins } {
  const problems: string[] = []
  const file = readFileValues(input.file, problems)
  const values: Record<string, unknown> = {}
  const origins: Record<string, string> = {}
  for (const [key, known] of Object.entries<Setting<unknown>>(settings)) {
    const given = givenValue(key, known, input, file)
    const result = known.schema.safeParse(given.value)
    if (!result.success) problems.push(problemText(given.label, known.expected, known.secret, given.value))
    const path = known.kind === 'path' && typeof given.value === 'string' ? given.value : undefined
    values[key] = path === undefined ? result.data : resolve(given.folder, path)
    origins[key] = given.origin
  }
  if (origins['hlsSecret'] === 'default') {
    if (values['signedUrls'] === 'demanded') problems.push('signedUrls: demanded needs hlsSecret')
    if (values['encryptHls'] === true) problems.push('encryptHls: true needs hlsSecret')
  }
  if (values['encryptHls'] === true && values['singleFiles'] === true) {
    problems.push('singleFiles: true is not with encryptHls: true, since ranges of one file are never encrypted')
  }
  const link = readLinkProfile(file['link'] ?? {}, `${input.file?.path}: link`, 'configuration')
  if (!link.ok) problems.push(...link.problems)
  if (!link.ok || problems.length > 0) throw new ConfigProblems(problems)
  origins['link'] = input.file !== undefined && 'link' in file ? input.file.path : 'default'
  return { config: { ...values, link: link.profile } as Config, origins: origins as Origins }
}

type Given = { readonly value: unknown; readonly label: string; readonly origin: string; readonly folder: string }

function givenValue(key: string, known: Setting<unknown>, input: ConfigInput, file: Record<string, unknown>): Given {
  const { flags, env, userFolder: folder } = input
  const flag = flagOf(key)
  const variable = variableOf(key)
  if (flags[key] !== undefined) return { value: fromText(known.kind, flags[key]), label: flag, origin: flag, folder }
  if (env[variable] !== undefined) {
    return { value: fromText(known.kind, env[variable]), label: variable, origin: variable, folder }
  }
  if (file[key] !== undefined && input.file !== undefined) {
    const { path } = input.file
    return { value: file[key], label: `${path}: ${key}`, origin: path, folder: resolve(path, '..') }
  }
  return { value: known.fallback, label: key, origin: 'default', folder }
}

/** `rtspPort` -> `--rtsp-port`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** `rtspPort` -> `WEIR_RTSP_PORT`. */
export function variableOf(key: string): string {
  return `WEIR_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** What cannot be read as the kind stays as it is, so that the problem can name it. */
function fromText(kind: Kind, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (kind === 'number' && /^\d+(?:\.\d+)?$/.test(value)) return Number(value)
  if (kind === 'map') return mapOf(value)
  if (kind === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** A variable of the environment is written as in the file, on one line: `{ann: secret}`. */
function mapOf(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return text
  }
}

function problemText(label: string, expected: string, secret: boolean | undefined, got: unknown): string {
  return `${label} must be ${expected}, got ${secret === true ? 'something else' : JSON.stringify(got)}`
}

function readFileValues(file: ConfigInput['file'], problems: string[]): Record<string, unknown> {
  if (file === undefined) return {}
  const document = parseDocument(file.text)
  if (document.errors.length > 0) {
    problems.push(...document.errors.map(({ message }) => `${file.path}: ${message.split('\n')[0]}`))
    return {}
  }
  const value: unknown = document.toJS()
  if (value === null) return {} // an empty file, or comments only
  if (typeof value !== 'object' || Array.isArray(value)) {
    problems.push(`${file.path} must be a map of keys, got ${JSON.stringify(value)}`)
    return {}
  }
  for (const key of Object.keys(value)) {
    if (key in settings || key === 'link') continue
    problems.push(`${file.path}: ${key} is no key; the keys are ${[...Object.keys(settings), 'link'].join(', ')}`)
  }
  return value as Record<string, unknown>
}

/** The lines of `--print-config`: YAML with where each value came from; secrets are not shown. */
export function describeConfig(config: Config, origins: Origins): string {
  const lines = Object.entries(config).map(([key, value]) => {
    return `${key}: ${isSecret(key, value) ? '"***"' : JSON.stringify(value ?? null)} # ${origins[key as keyof Config]}`
  })
  return lines.join('\n') + '\n'
}

function isSecret(key: string, value: unknown): boolean {
  const known: Setting<unknown> | undefined = key in settings ? settings[key as SettingKey] : undefined
  if (known?.secret !== true || value === undefined) return false
  return typeof value !== 'object' || Object.keys(value ?? {}).length > 0
}

/** The file to read: the one asked for, else `weir.yaml` where the user stands. */
export function configPath(asked: string | undefined, userFolder: string): string {
  const path = asked ?? 'weir.yaml'
  return isAbsolute(path) ? path : resolve(userFolder, path)
}
