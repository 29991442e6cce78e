import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCmcd, readRequestCmcd, type Cmcd } from './cmcd.ts'

/** Of CTA-5004 section 4 where they are marked. */
const rows: readonly (readonly [name: string, text: string, cmcd: Cmcd])[] = [
  [
    'a session alone (section 4)',
    'sid="6e2fb550-c457-11e9-bb97-0800200c9a66"',
    { sid: '6e2fb550-c457-11e9-bb97-0800200c9a66' },
  ],
  [
    'numbers, flags and a custom key (section 4)',
    'bl=21300,br=3200,bs,com.example-hello="world",d=4004,mtp=25400,ot=v,pr=1.08,sf=h,sid="a",st=v,su,tb=6000',
    {
      bl: 21_300,
      br: 3200,
      bs: true,
      'com.example-hello': 'world',
      d: 4004,
      mtp: 25_400,
      ot: 'v',
      pr: 1.08,
      sf: 'h',
      sid: 'a',
      st: 'v',
      su: true,
      tb: 6000,
    },
  ],
  [
    'commas and escaped quotes in a text',
    'nor="..%2F300kbps%2Ftrack.m4v,x",cid="a\\"b\\\\c"',
    { nor: '..%2F300kbps%2Ftrack.m4v,x', cid: 'a"b\\c' },
  ],
  ['a flag that is false', 'bs=false', { bs: false }],
  ['unknown keys not at all', 'zz=1,br=5,toString=7', { br: 5 }],
  ['nothing', '', {}],
]

for (const [name, text, cmcd] of rows) {
  test(`readCmcd reads ${name}`, () => expect(readCmcd(text)).toEqual({ ok: true, value: cmcd }))
}

for (const text of ['br=fast', 'br', 'bs=2', 'sid="open', 'br=1,,bl=2', '=7', 'br = 7', `sid="${'x'.repeat(500)}"`]) {
  test(`readCmcd refuses ${text.slice(0, 20)}`, () => expect(readCmcd(text)).toMatchObject({ ok: false }))
}

test('readRequestCmcd reads the query argument, else the headers, each with its part', () => {
  const query = readRequestCmcd('br=3200,sid="a b"', { 'cmcd-object': 'br=1' })
  expect(query).toEqual({ ok: true, value: { br: 3200, sid: 'a b' } })
  const headers = { 'cmcd-object': 'br=3200,ot=v', 'cmcd-session': 'sid="a"', 'user-agent': 'x' }
  expect(readRequestCmcd(undefined, headers)).toEqual({ ok: true, value: { br: 3200, ot: 'v', sid: 'a' } })
  expect(readRequestCmcd(undefined, {})).toEqual({ ok: true, value: {} })
})

test('readCmcd reads or refuses any text, in bounded time', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...Array.from('brsid="\\,.-01\u0000é')), maxLength: 200 }),
      (text) => {
        const read = readCmcd(text)
        return read.ok || read.fault.code === 'bad-text'
      },
    ),
    { seed: 1, numRuns: 2000 },
  )
  expect(readCmcd(`sid="${'\\\\'.repeat(100_000)}`).ok).toBe(false)
})
