import { expect, test } from 'vitest'
import type { RunSummary } from '../protocol/weir-api.ts'
import type { RecordHead } from '../stream/run-record.ts'
import { describeNetwork } from './describe-network.ts'
import { describeRun } from './describe-run.ts'

test('describeNetwork says what a network does, and nothing of what it does not', () => {
  expect(Object.fromEntries(describeNetwork({ seed: 7, downlink: {} }))).toEqual({
    Seed: '7',
    Rate: 'unlimited',
    'Delay, one way': '0 ms',
    Queue: '200 ms',
    Uplink: 'unlimited, 0 ms',
    TCP: 'CUBIC',
    'Both sides': 'a line each, the same in all',
  })
  const rich = describeNetwork({
    name: 'evening',
    seed: 1,
    sharing: 'shared',
    udpBlocked: true,
    downlink: { trace: [1, 2, 3], loss: { kind: 'bad-moments', lossRatio: 0.001, meanBurstMs: 50 }, jitterMs: 5 },
    uplink: { rateBitsPerSecond: 1_500_000, oneWayDelayMs: 35 },
    tcp: { congestionControl: 'bbr' },
  })
  expect(Object.fromEntries(rich)).toMatchObject({
    'Began as': 'evening',
    Rate: 'follows a trace',
    Loss: '0.1 %, in bad moments of 50 ms on average',
    Jitter: '5 ms',
    Uplink: '1.50 Mbit/s, 35 ms',
    TCP: 'BBR',
    'Both sides': 'one line for both',
    UDP: 'blocked',
  })
})

test('describeRun says how each side was set, as far as the record tells', () => {
  const run = { id: 'r', title: 'A clip', video: 'v', link: 'default' } as RunSummary
  const head = (scenario: RecordHead['scenario']) => ({ scenario }) as RecordHead
  const page = '?side=both&udpVariant=720p&jitterBufferMs=80&startSeconds=4&udp=ws'
  expect(Object.fromEntries(describeRun({ run, head: head({ page, framesPerSecond: 25 }) }))).toEqual({
    Video: 'A clip (v)',
    'Frames a second': '25',
    Shown: 'Side by side',
    'HLS, variant': 'chosen as it played (ABR)',
    'UDP, variant': '720p',
    'Jitter buffer of UDP': '80 ms',
    'UDP came by': 'a WebSocket',
    'Held in step': 'no',
    From: '4 s',
    Link: 'default',
    Run: 'r',
  })
  expect(describeRun({ run, head: head({}) }).map(([label]) => label)).toEqual(['Video', 'Link', 'Run'])
})
