import { expect, test } from 'vitest'
import { isNotModified, rangeOf } from './http-conditions.ts'

const validators = { etag: '"a1"', lastModifiedMs: Date.parse('2026-11-22T10:00:00.700Z') }
const date = 'Sun, 22 Nov 2026 10:00:00 GMT'
const earlier = 'Sun, 22 Nov 2026 09:59:59 GMT'

const conditions: [string, Record<string, string>, boolean][] = [
  ['no condition', {}, false],
  ['its tag', { 'if-none-match': '"a1"' }, true],
  ['its tag, weak', { 'if-none-match': 'W/"a1"' }, true],
  ['its tag in a list', { 'if-none-match': '"b", W/"x,y" ,"a1"' }, true],
  ['any tag', { 'if-none-match': '*' }, true],
  ['another tag', { 'if-none-match': '"a2"' }, false],
  ['another tag, though not modified since', { 'if-none-match': '"a2"', 'if-modified-since': date }, false],
  ['its date', { 'if-modified-since': date }, true],
  ['an earlier date', { 'if-modified-since': earlier }, false],
  ['a date that is none', { 'if-modified-since': 'yesterday-ish' }, false],
]
for (const [name, headers, expected] of conditions) {
  test(`isNotModified is ${expected} for ${name}`, () => expect(isNotModified(headers, validators)).toBe(expected))
}

test('isNotModified goes by the tag alone where there is no date', () => {
  expect(isNotModified({ 'if-modified-since': date }, { etag: '"a1"' })).toBe(false)
})

const ranges: [string, Record<string, string>, ReturnType<typeof rangeOf>][] = [
  ['no range', {}, 'whole'],
  ['the first 100 bytes', { range: 'bytes=0-99' }, { first: 0, last: 99 }],
  ['one byte', { range: 'bytes=5-5' }, { first: 5, last: 5 }],
  ['all from byte 900', { range: 'bytes=900-' }, { first: 900, last: 999 }],
  ['more than there is', { range: 'bytes=900-5000' }, { first: 900, last: 999 }],
  ['the last 10 bytes', { range: 'bytes=-10' }, { first: 990, last: 999 }],
  ['the last 5000 bytes', { range: 'bytes=-5000' }, { first: 0, last: 999 }],
  ['the last none', { range: 'bytes=-0' }, 'unsatisfiable'],
  ['beyond the end', { range: 'bytes=1000-' }, 'unsatisfiable'],
  ['several ranges', { range: 'bytes=0-1,4-5' }, 'whole'],
  ['a range backwards', { range: 'bytes=9-5' }, 'whole'],
  ['another unit', { range: 'seconds=0-1' }, 'whole'],
  ['no numbers', { range: 'bytes=-' }, 'whole'],
  ['a range of this tag', { range: 'bytes=0-0', 'if-range': '"a1"' }, { first: 0, last: 0 }],
  ['a range of a weak tag', { range: 'bytes=0-0', 'if-range': 'W/"a1"' }, 'whole'],
  ['a range of another tag', { range: 'bytes=0-0', 'if-range': '"a2"' }, 'whole'],
  ['a range of this date', { range: 'bytes=0-0', 'if-range': date }, { first: 0, last: 0 }],
  ['a range of an earlier date', { range: 'bytes=0-0', 'if-range': earlier }, 'whole'],
]
for (const [name, headers, expected] of ranges) {
  test(`rangeOf answers ${name} of 1000 bytes`, () => expect(rangeOf(headers, validators, 1000)).toEqual(expected))
}

test('rangeOf can satisfy nothing of an empty file', () => {
  expect(rangeOf({ range: 'bytes=-1' }, validators, 0)).toBe('unsatisfiable')
  expect(rangeOf({ range: 'bytes=0-' }, validators, 0)).toBe('unsatisfiable')
})
