import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRecord, readRecordEvent, writeRecordEvent, writeRecordHead } from './run-record.ts'

const KINDS = 30 // of today

/** A record of every released version stays here; today's reader reads them all. */
const fixture = (version: number): string =>
  readFileSync(join(import.meta.dirname, `test-support/record-version-${version}.jsonl`), 'utf8')
const releases = [
  { version: 1, text: fixture(1), kinds: 15, versions: { weir: '0.1.0', node: 'v20.20.2' } },
  { version: 2, text: fixture(2), kinds: 26, versions: { weir: '0.3.0', node: 'v20.20.2' } },
]
const newest = fixture(2)
const [head = '', ...lines] = fixture(1).trimEnd().split('\n')

for (const { version, text, kinds, versions } of releases) {
  test(`readRecord reads a record of version ${version}, in which every kind of event of then stands`, () => {
    const record = readRecord(text)
    if (!record.ok) throw new Error(JSON.stringify(record.fault))
    const [, ...written] = text.trimEnd().split('\n')
    expect(record.value.head).toMatchObject({ version, seed: 7, versions })
    expect(record.value.events).toEqual(written.map((line) => JSON.parse(line)))
    expect(new Set(record.value.events.map(({ kind }) => kind)).size).toBe(kinds)
  })
}

test('writeRecordHead and writeRecordEvent write what readRecord has read, line for line', () => {
  const record = readRecord(newest)
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  const linesOf = (text: string) => text.split('\n').map((line) => line && JSON.parse(line))
  const written = [writeRecordHead(record.value.head), ...record.value.events.map(writeRecordEvent)].join('')
  expect(linesOf(written)).toEqual(linesOf(newest))
})

test('readRecord refuses a newer version by its number', () => {
  const newer = newest.replace('"version":2', '"version":3')
  const what = 'weir-record version 3; versions up to 2 are known here'
  expect(readRecord(newer)).toEqual({ ok: false, fault: { code: 'unsupported', what } })
})

const faults = [
  { name: 'another format', text: '{"format":"weir-outline","version":1}\n', expected: 'format: "weir-record"' },
  { name: 'no text at all', text: '', expected: 'a record whose last line is whole' },
  {
    name: 'a last line that was cut off',
    text: `${head}\n{"kind":"play-as`,
    expected: 'a record whose last line is whole',
  },
  { name: 'a line that is no JSON', text: `${head}\nplay\n`, expected: 'line 2: an object' },
  {
    name: 'a seed that is none',
    text: `${head.replace('"seed":7,"versions"', '"seed":-1,"versions"')}\n`,
    expected: 'seed: a whole number from 0 to 4294967295',
  },
  {
    name: 'a moment that is no number',
    text: `${head}\n{"kind":"paused","atMs":"now"}\n`,
    expected: 'line 2 atMs: a number from -10000000000000 to 10000000000000',
  },
  {
    name: 'more packets than there are sequence numbers',
    text: `${head}\n{"kind":"packets-given-up","atMs":0,"packets":4294967296}\n`,
    expected: 'line 2 packets: a whole number from 0 to 4294967295',
  },
  {
    name: 'an unknown cause',
    text: `${[head, ...lines].join('\n').replace('"cause":"queue"', '"cause":"bad luck"')}\n`,
    expected: 'line 6 cause: loss | queue | blocked',
  },
]

for (const { name, text, expected } of faults) {
  test(`readRecord names the place of ${name}`, () => {
    expect(readRecord(text)).toMatchObject({ ok: false, fault: { code: 'bad-text', expected } })
  })
}

test('readRecordEvent names all kinds it knows when it meets another', () => {
  const read = readRecordEvent('{"kind":"slept","atMs":1}', 'line 9')
  if (read.ok || read.fault.code !== 'bad-text') throw new Error('it was read')
  expect(read.fault.expected).toMatch(/^line 9 kind: play-asked \| paused \| /)
  expect(read.fault.expected.split('|')).toHaveLength(KINDS)
})

test('readRecord never throws, whatever the text', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json().map((json) => `${json}\n`),
    fc.json().map((json) => `${head}\n${json}\n`),
  )
  fc.assert(fc.property(text, (tried) => typeof readRecord(tried).ok === 'boolean'))
})
