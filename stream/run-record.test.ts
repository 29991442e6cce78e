import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRecord, readRecordEvent, writeRecordEvent, writeRecordHead } from './run-record.ts'

/** A record of every released version stays here; today's reader reads them all. */
const version1 = readFileSync(join(import.meta.dirname, 'test-support/record-version-1.jsonl'), 'utf8')
const [head = '', ...lines] = version1.trimEnd().split('\n')

const KINDS = 15

test('readRecord reads a record of version 1, in which every kind of event stands', () => {
  const record = readRecord(version1)
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  expect(record.value.head).toMatchObject({ version: 1, seed: 7, versions: { weir: '0.1.0', node: 'v20.20.2' } })
  expect(record.value.events).toEqual(lines.map((line) => JSON.parse(line)))
  expect(new Set(record.value.events.map(({ kind }) => kind)).size).toBe(KINDS)
})

test('writeRecordHead and writeRecordEvent write what readRecord has read, byte for byte', () => {
  const record = readRecord(version1)
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  expect([writeRecordHead(record.value.head), ...record.value.events.map(writeRecordEvent)].join('')).toBe(version1)
})

test('readRecord refuses a newer version by its number', () => {
  const newer = version1.replace('"version":1', '"version":2')
  const what = 'weir-record version 2; versions up to 1 are known here'
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
    expected: 'line 2 atMs: a number from -1000000000000 to 1000000000000',
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
