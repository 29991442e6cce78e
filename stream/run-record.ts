import { badText, decoded, unsupported, type Decoded } from '../protocol/decoded.ts'
import { JsonFields } from '../protocol/json-fields.ts'
import { readRunEvent } from './run-event-fields.ts'
import type { RunEvent } from './record.ts'

/** The first line of a record: what was run, so that it can be run again. */
export type RecordHead = {
  readonly format: 'weir-record'
  readonly version: 1 | 2
  readonly scenario: Readonly<Record<string, unknown>>
  readonly seed: number
  readonly versions: Readonly<Record<string, string>> // of weir, and of what took part
}

export type RunRecord = { readonly head: RecordHead; readonly events: readonly RunEvent[] }

/** Version 2 has two viewers, frames by their place, segments, the sender's windows and receiver reports. */
const NEWEST_VERSION = 2

/** JSON lines: the head. The line ends in a newline, as those of the events that follow. */
export function writeRecordHead({
  scenario,
  seed,
  versions,
}: Pick<RecordHead, 'scenario' | 'seed' | 'versions'>): string {
  return writeLine({ format: 'weir-record', version: NEWEST_VERSION, scenario, seed, versions } satisfies RecordHead)
}

export function writeRecordEvent(event: RunEvent): string {
  return writeLine(event)
}

/** Reads a whole record. Faults: unsupported for a newer version, by its number; bad-text, naming the line and the field. */
export function readRecord(text: string): Decoded<RunRecord> {
  const [first = '', ...rest] = text.split('\n')
  if (rest.pop() !== '') return badText('a record whose last line is whole', text.slice(-60))
  const head = readRecordHead(first)
  if (!head.ok) return head
  const events: RunEvent[] = []
  for (const [index, line] of rest.entries()) {
    const event = readRecordEvent(line, `line ${index + 2}`)
    if (!event.ok) return event
    events.push(event.value)
  }
  return decoded({ head: head.value, events })
}

export function readRecordHead(line: string): Decoded<RecordHead> {
  const fields = new JsonFields()
  const root = fields.record(parseJson(line), 'line 1')
  if (root['format'] !== 'weir-record') return badText('format: "weir-record"', line)
  const version = fields.wholeNumber(root['version'], 'version', 1, Number.MAX_SAFE_INTEGER)
  if (version > NEWEST_VERSION) {
    return unsupported(`weir-record version ${version}; versions up to ${NEWEST_VERSION} are known here`)
  }
  const versions = fields.record(root['versions'], 'versions')
  const head: RecordHead = {
    format: 'weir-record',
    version: version as RecordHead['version'],
    scenario: fields.record(root['scenario'], 'scenario'),
    seed: fields.wholeNumber(root['seed'], 'seed', 0, 0xffff_ffff),
    versions: Object.fromEntries(
      Object.entries(versions).map(([name, value]) => [name, fields.text(value, `versions.${name}`, /^.{1,100}$/)]),
    ),
  }
  return fields.fault ?? decoded(head)
}

/** `name` is what a fault calls the line. */
export function readRecordEvent(line: string, name: string): Decoded<RunEvent> {
  const fields = new JsonFields()
  const event = readRunEvent(fields.record(parseJson(line), name), name, fields)
  return fields.fault ?? decoded(event)
}

function writeLine(value: RunEvent | RecordHead): string {
  return `${JSON.stringify(value)}\n`
}

/** undefined, which no JSON text means, for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
