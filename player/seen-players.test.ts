import { expect, test } from 'vitest'
import type { RtspSessionStatus, SeenRequest } from '../protocol/weir-api.ts'
import { seenPlayers } from './seen-players.ts'

const request = (asked: Partial<SeenRequest>): SeenRequest => ({
  atUnixMs: 0,
  address: '192.0.2.1',
  method: 'GET',
  path: '/link/a/hls/b/720p/seg-00001.ts',
  status: 200,
  durationMs: 10,
  isOfOurPage: false,
  ...asked,
})
const reception = (lossRatio: number, jitterMs: number) => ({
  ssrc: 1,
  lossRatio,
  jitterMs,
  cumulativeLostPackets: 12,
  arrivedUnixMs: 0,
})
const session: RtspSessionStatus = {
  id: 's1',
  address: '192.0.2.2',
  userAgent: 'GStreamer/1.22.0',
  presentation: { title: 'Clip', variant: '720p' },
  phase: 'playing',
  transport: 'udp',
  seconds: 4,
  positionSeconds: 4,
  sentPackets: 900,
  droppedPackets: 0,
  roundTripMs: 41.6,
  tracks: [
    { kind: 'video', reception: reception(0, 1) },
    { kind: 'audio', reception: reception(0.051, 3.25) },
  ],
}

test('seenPlayers puts a player’s requests together, leaves out this page’s, and tells its newest CMCD', () => {
  const userAgent = 'VLC/3.0.24 LibVLC/3.0.24'
  const players = seenPlayers({
    requests: [
      request({ userAgent, bodyBytes: 500, cmcd: { br: 1200, bl: 2000 } }),
      request({ isOfOurPage: true, userAgent: 'Mozilla/5.0', bodyBytes: 9 }),
      request({ userAgent, bodyBytes: 1000, cmcd: { br: 2500, bl: 4000, mtp: 3100, bs: true, sid: 'x' } }),
      request({ userAgent, address: '192.0.2.9' }),
    ],
    sessions: [],
  })
  expect(players.map(({ name, got }) => [name, got])).toEqual([
    ['VLC/3.0.24', { requests: 2, bytes: 1500 }],
    ['VLC/3.0.24', { requests: 1, bytes: 0 }],
  ])
  expect(players[0]?.says).toEqual([
    { word: 'br', value: '2500 kbit/s' },
    { word: 'bl', value: '4000 ms' },
    { word: 'mtp', value: '3100 kbit/s' },
    { word: 'bs', value: 'true' },
  ])
})

test('seenPlayers tells of an RTSP player what its worst track reports', () => {
  expect(seenPlayers({ requests: [], sessions: [session] })).toEqual([
    {
      key: 'rtsp s1',
      protocol: 'rtsp',
      name: 'GStreamer/1.22.0',
      got: { packets: 900 },
      says: [
        { word: 'lost', value: '5.1 %' },
        { word: 'jitter', value: '3.3 ms' },
        { word: 'round trip', value: '42 ms' },
      ],
    },
  ])
})

test('seenPlayers names who does not name itself, and says nothing that was not reported', () => {
  const players = seenPlayers({ requests: [request({})], sessions: [{ ...session, userAgent: '', tracks: [] }] })
  expect(players.map(({ name, says }) => [name, says])).toEqual([
    ['a player without a name', []],
    ['a player without a name', []],
  ])
})
