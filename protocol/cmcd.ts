import { badText, decoded, type Decoded } from './decoded.ts'

/** Common Media Client Data, CTA-5004: what a player says of itself with a request. Values by their keys, such as `br`, `bl`,
 *  `mtp`, `sid`; rates in kbit/s, times in ms, as the specification has them. Custom keys have a hyphen. */
export type Cmcd = Readonly<Record<string, string | number | boolean>>

type Kind = 'integer' | 'decimal' | 'text' | 'token' | 'flag'

/** Section 3.2, table 1. */
const KINDS: ReadonlyMap<string, Kind> = new Map(
  Object.entries({
    bl: 'integer', // buffer length, ms
    br: 'integer', // encoded bitrate, kbit/s
    bs: 'flag', // buffer starvation
    cid: 'text', // content
    d: 'integer', // duration of the object, ms
    dl: 'integer', // deadline, ms
    mtp: 'integer', // measured throughput, kbit/s
    nor: 'text', // next object request
    nrr: 'text', // next range request
    ot: 'token', // type of the object
    pr: 'decimal', // playback rate
    rtp: 'integer', // requested maximum throughput, kbit/s
    sf: 'token', // streaming format
    sid: 'text', // session
    st: 'token', // type of the stream
    su: 'flag', // startup
    tb: 'integer', // top bitrate, kbit/s
    v: 'integer', // version
  }),
)

const MOST_CHARACTERS = 4000
const MOST_VALUE_CHARACTERS = 400
const PAIR = /^([A-Za-z0-9._-]{1,64})(?:=(?:"((?:[^"\\]|\\["\\])*)"|([^\s",]+)))?(?:,|$)/
const HEADERS = ['cmcd-object', 'cmcd-request', 'cmcd-session', 'cmcd-status'] as const

/** What a request carries: its query argument `CMCD` (section 2.2), decoded; without one the four headers (2.1); empty where
 *  neither is. Keys of neither the table nor a custom form are passed over. Fault: bad-text, naming the pair. */
export function readRequestCmcd(
  argument: string | undefined,
  headers: Readonly<Record<string, unknown>>,
): Decoded<Cmcd> {
  if (argument !== undefined) return readCmcd(argument)
  const texts = HEADERS.map((name) => headers[name]).filter((value) => typeof value === 'string')
  return readCmcd(texts.join(','))
}

/** Reads `key=value` pairs, comma-separated; a key alone is true (section 3.1). */
export function readCmcd(text: string): Decoded<Cmcd> {
  if (text.length > MOST_CHARACTERS) return badText(`at most ${MOST_CHARACTERS} characters of CMCD`, text)
  const values: [string, string | number | boolean][] = []
  for (let rest = text; rest !== '';) {
    const pair = PAIR.exec(rest)
    const [all = '', key = '', quoted, bare] = pair ?? []
    const value = valueOf(key, quoted, bare)
    if (pair === null || value === undefined) return badText('a CMCD pair like br=3200 or sid="x"', rest)
    if (KINDS.has(key) || key.includes('-')) values.push([key, value])
    rest = rest.slice(all.length)
  }
  return decoded(Object.fromEntries(values))
}

/** undefined: not of the kind that the key has. Texts are quoted, tokens are not; some players do not care. */
function valueOf(
  key: string,
  quoted: string | undefined,
  bare: string | undefined,
): string | number | boolean | undefined {
  const kind = KINDS.get(key)
  const text = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare
  if (text === undefined) return kind === undefined || kind === 'flag' ? true : undefined
  if (text.length > MOST_VALUE_CHARACTERS) return undefined
  switch (kind) {
    case 'flag':
      return text === 'true' || text === 'false' ? text === 'true' : undefined
    case 'integer':
      return /^\d{1,15}$/.test(text) ? Number(text) : undefined
    case 'decimal':
      return /^\d{1,6}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined
    case 'text':
    case 'token':
    case undefined:
      return text
  }
}
