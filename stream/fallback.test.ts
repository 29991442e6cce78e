import { expect, test } from 'vitest'
import { Fallback, type FallbackWay } from './fallback.ts'

const all: readonly FallbackWay[] = ['rtp-udp', 'rtp-tcp', 'hls']

test('where everything comes the first way stays', () => {
  const fallback = new Fallback(all, 1000)
  expect(fallback.deadlineMs).toBe(2250)
  fallback.heard(1100)
  expect(fallback.deadlineMs).toBe(2350)
  fallback.answered(1200)
  expect(fallback.deadlineMs).toBe(1950)
  fallback.packet(1250)
  fallback.picture(1400)
  fallback.packet(1500)
  expect([fallback.look(4499), fallback.deadlineMs]).toEqual([false, 4500])
  expect(fallback.tries).toEqual([{ way: 'rtp-udp', startMs: 0, answeredMs: 200, firstPacketMs: 250, pictureMs: 400 }])
})

test('where UDP is blocked the packets that do not come lead to TCP, where both are to HLS', () => {
  const fallback = new Fallback(all, 0)
  fallback.heard(100)
  fallback.answered(200)
  expect([fallback.look(949), fallback.look(950), fallback.way]).toEqual([false, true, 'rtp-tcp'])
  expect(fallback.deadlineMs).toBe(2200)
  expect([fallback.look(2200), fallback.way, fallback.deadlineMs]).toEqual([true, 'hls', Infinity])
  fallback.picture(3000)
  fallback.picture(3040)
  expect(fallback.refused(5000)).toBe(false)
  expect(fallback.tries).toEqual([
    { way: 'rtp-udp', startMs: 0, answeredMs: 200, leftMs: 950, leftBecause: 'no-packets' },
    { way: 'rtp-tcp', startMs: 950, leftMs: 2200, leftBecause: 'no-answer' },
    { way: 'hls', startMs: 2200, pictureMs: 3000 },
  ])
})

test('where the set-up was not answered, the next one that needs it is not waited for as long', () => {
  const fallback = new Fallback(all, 0)
  expect([fallback.look(1250), fallback.deadlineMs]).toEqual([true, 1750])
  fallback.heard(1700)
  expect(fallback.deadlineMs).toBe(2950)
})

test('a long way to the server is no blocked one: each thing that is heard of it gives it more time', () => {
  const fallback = new Fallback(all, 0)
  for (const atMs of [1200, 2400, 3600]) {
    expect(fallback.look(atMs)).toBe(false)
    fallback.heard(atMs)
  }
  fallback.answered(4800)
  expect([fallback.look(5000), fallback.way]).toEqual([false, 'rtp-udp'])
})

test('silence in the midst of playing leads on, and what is refused at once', () => {
  const fallback = new Fallback(all, 0)
  fallback.answered(100)
  fallback.packet(150)
  expect(fallback.look(3150)).toBe(true)
  expect([fallback.refused(3200), fallback.way]).toEqual([true, 'hls'])
  expect(fallback.tries.map(({ leftBecause }) => leftBecause)).toEqual(['silence', 'refused', undefined])
})

test('while it is paused, or over, silence is none; after that it counts from there', () => {
  const fallback = new Fallback(all, 0)
  fallback.answered(100)
  fallback.packet(150)
  fallback.setStill(true, 200)
  expect([fallback.deadlineMs, fallback.look(90_000)]).toEqual([Infinity, false])
  fallback.setStill(false, 90_000)
  expect(fallback.deadlineMs).toBe(93_000)
})

test('a packet says that PLAY was answered', () => {
  const fallback = new Fallback(all, 0)
  fallback.packet(90)
  fallback.answered(100)
  expect(fallback.tries).toEqual([{ way: 'rtp-udp', startMs: 0, answeredMs: 90, firstPacketMs: 90 }])
})

test('one way alone is never left, and none is a mistake', () => {
  const fallback = new Fallback(['rtp-udp'], 0)
  expect([fallback.look(1e9), fallback.refused(1e9), fallback.way]).toEqual([false, false, 'rtp-udp'])
  expect(() => new Fallback([], 0)).toThrow('at least one way')
})
