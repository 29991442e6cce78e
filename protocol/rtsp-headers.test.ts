import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import {
  readNptRange,
  readRtpInfo,
  readSessionHeader,
  readTransport,
  writeNptRange,
  writeRtpInfo,
  writeSessionHeader,
  writeTransport,
  type NptRange,
  type TransportSpec,
} from './rtsp-headers.ts'

const transports: { name: string; text: string; spec: TransportSpec }[] = [
  {
    name: 'an offer of UDP',
    text: 'RTP/AVP;unicast;client_port=5000-5001',
    spec: { lowerTransport: 'udp', cast: 'unicast', clientPorts: [5000, 5001] },
  },
  {
    name: 'the answer of UDP',
    text: 'RTP/AVP;unicast;source=127.0.0.1;client_port=5000-5001;server_port=8000-8001;ssrc=0000ABCD;mode="PLAY"',
    spec: {
      lowerTransport: 'udp',
      cast: 'unicast',
      source: '127.0.0.1',
      clientPorts: [5000, 5001],
      serverPorts: [8000, 8001],
      ssrc: 0xabcd,
      mode: 'PLAY',
    },
  },
  {
    name: 'feedback over UDP',
    text: 'RTP/AVPF;unicast;client_port=5000-5001',
    spec: { lowerTransport: 'udp', profile: 'AVPF', cast: 'unicast', clientPorts: [5000, 5001] },
  },
  {
    name: 'feedback over TCP',
    text: 'RTP/AVPF/TCP;unicast;interleaved=0-1',
    spec: { lowerTransport: 'tcp', profile: 'AVPF', cast: 'unicast', interleaved: [0, 1] },
  },
  {
    name: 'interleaved channels',
    text: 'RTP/AVP/TCP;unicast;interleaved=0-1',
    spec: { lowerTransport: 'tcp', cast: 'unicast', interleaved: [0, 1] },
  },
]
for (const { name, text, spec } of transports) {
  test(`readTransport reads ${name}`, () => expect(readTransport(text)).toEqual([spec]))
  test(`writeTransport writes ${name}`, () => expect(writeTransport(spec)).toBe(text))
}

test('readTransport keeps the order of a list, as rtspsrc sends it, and leaves out what is not RTP/AVP', () => {
  const offers = readTransport(
    'RTP/AVP/UDP;unicast;client_port=5000-5001;mode=play,RTP/AVP/UDP;multicast, RAW/RAW/UDP;unicast,RTP/AVP/TCP;unicast;interleaved=0-1',
  )
  expect(offers.map(({ lowerTransport, cast }) => `${lowerTransport} ${cast}`)).toEqual([
    'udp unicast',
    'udp multicast',
    'tcp unicast',
  ])
  expect(offers[0]?.mode).toBe('PLAY')
})

test('readTransport takes the next port for RTCP when only one is stated, and none above 65535', () => {
  expect(readTransport('RTP/AVP;unicast;client_port=5000')[0]?.clientPorts).toEqual([5000, 5001])
  expect(readTransport('RTP/AVP;unicast;client_port=65535')[0]).not.toHaveProperty('clientPorts')
})

const ranges: { text: string; range: NptRange }[] = [
  { text: 'npt=3.500-', range: { startSeconds: 3.5 } },
  { text: 'npt=0.000-12.250', range: { startSeconds: 0, endSeconds: 12.25 } },
  { text: 'npt=-12.000', range: { endSeconds: 12 } },
]
for (const { text, range } of ranges) {
  test(`readNptRange reads ${text}`, () => expect(readNptRange(text)).toEqual({ ok: true, value: range }))
  test(`writeNptRange writes ${text}`, () => expect(writeNptRange(range)).toBe(text))
}

test('readNptRange reads hours, now and a time of beginning', () => {
  expect(readNptRange('npt=1:02:03.5-')).toEqual({ ok: true, value: { startSeconds: 3723.5 } })
  expect(readNptRange('npt=now-')).toEqual({ ok: true, value: {} })
  expect(readNptRange('npt = 5 - ;time=19970123T143720Z')).toMatchObject({ ok: false })
  expect(readNptRange('npt=5-;time=19970123T143720Z')).toEqual({ ok: true, value: { startSeconds: 5 } })
})

for (const text of ['', 'npt', 'npt=', 'npt=x-', 'npt=1', 'npt=1-2-3', 'npt=--1', 'npt=1e9-', 'bytes=1-2']) {
  test(`readNptRange refuses "${text}"`, () =>
    expect(readNptRange(text)).toMatchObject({ fault: { code: 'bad-text' } }))
}
for (const text of ['smpte=0:10:00-', 'smpte-25=10:07:00-', 'clock=19961108T143720.25Z-']) {
  test(`readNptRange does not support ${text}`, () =>
    expect(readNptRange(text)).toMatchObject({ fault: { code: 'unsupported' } }))
}

test('readRtpInfo reads what writeRtpInfo wrote, with commas and semicolons in a URL', () => {
  const tracks = [
    { url: 'rtsp://h/v/720p/trackID=0?a=1,2;b', sequenceNumber: 65535, timestampTicks: 4294967295 },
    { url: 'rtsp://h/v/720p/trackID=1', sequenceNumber: 0, timestampTicks: 0 },
  ]
  expect(writeRtpInfo(tracks.slice(1))).toBe('url=rtsp://h/v/720p/trackID=1;seq=0;rtptime=0')
  expect(readRtpInfo(writeRtpInfo(tracks))).toEqual(tracks)
})

test('readSessionHeader reads the id and the timeout, 60 s when none is stated', () => {
  expect(readSessionHeader(writeSessionHeader({ id: 'ab12', timeoutSeconds: 30 }))).toEqual({
    id: 'ab12',
    timeoutSeconds: 30,
  })
  expect(readSessionHeader('ab12')).toEqual({ id: 'ab12', timeoutSeconds: 60 })
})

test('the header readers take any text', () => {
  const pieces = fc.constantFrom(
    'RTP/AVP',
    ';',
    '=',
    ',',
    '-',
    'npt',
    'client_port',
    'url=',
    'seq=',
    'rtptime=',
    '9',
    '"',
  )
  const property = fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 }))), (parts) => {
    const text = parts.join('')
    for (const read of [readTransport, readNptRange, readRtpInfo, readSessionHeader])
      expect(() => read(text)).not.toThrow()
  })
  fc.assert(property, { seed: 2, numRuns: fuzzRuns(500) })
})
