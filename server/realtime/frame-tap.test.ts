import { expect, test } from 'vitest'
import { FrameTap } from './frame-tap.ts'

const text = Buffer.from('810548656c6c6f', 'hex') // "Hello", RFC 6455 section 5.7
const long = Buffer.concat([Buffer.from('827e0100', 'hex'), Buffer.alloc(256, 7)])
const ping = Buffer.from('8900', 'hex')

test('FrameTap tells the same frames however the bytes are cut', () => {
  const stream = Buffer.concat([text, long, ping, text])
  for (const step of [1, 3, 64, 1000]) {
    const told: [opcode: number, payload: string][] = []
    const tap = new FrameTap(({ header, payload }) => told.push([header.opcode, payload.toString('latin1')]))
    for (let at = 0; at < stream.length; at += step) tap.add(stream.subarray(at, at + step))
    expect(told).toEqual([
      [1, 'Hello'],
      [2, '\u0007'.repeat(64)],
      [9, ''],
      [1, 'Hello'],
    ])
  }
})
