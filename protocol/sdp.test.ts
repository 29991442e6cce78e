import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../lab/test-support/long-run.ts'
import {
  aacFormatParameters,
  h264FormatParameters,
  h265FormatParameters,
  readSdp,
  writeSdp,
  type PresentationDescription,
} from './sdp.ts'

const description: PresentationDescription = {
  sessionId: '4711',
  serverAddress: '127.0.0.1',
  title: 'Café',
  controlUrl: 'rtsp://127.0.0.1:8554/abc',
  durationSeconds: 20.5,
  tracks: [
    {
      kind: 'video',
      payloadType: 96,
      encoding: 'H264',
      clockRateHz: 90000,
      formatParameters: h264FormatParameters('Z2QAHw==', 'aOvjyw==', '64001F'),
      controlUrl: 'rtsp://127.0.0.1:8554/abc/720p/trackID=0',
      bandwidthKbitPerSecond: 2500,
    },
    {
      kind: 'audio',
      payloadType: 97,
      encoding: 'MPEG4-GENERIC',
      clockRateHz: 48000,
      channelCount: 2,
      formatParameters: aacFormatParameters('1190'),
      controlUrl: 'rtsp://127.0.0.1:8554/abc/720p/trackID=1',
    },
  ],
}

const text = `v=0
o=- 4711 1 IN IP4 127.0.0.1
s=Café
c=IN IP4 0.0.0.0
t=0 0
a=control:rtsp://127.0.0.1:8554/abc
a=tool:weir
a=range:npt=0-20.500
m=video 0 RTP/AVP 96
b=AS:2500
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1;profile-level-id=64001F;sprop-parameter-sets=Z2QAHw==,aOvjyw==
a=control:rtsp://127.0.0.1:8554/abc/720p/trackID=0
m=audio 0 RTP/AVP 97
a=rtpmap:97 MPEG4-GENERIC/48000/2
a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1190
a=control:rtsp://127.0.0.1:8554/abc/720p/trackID=1
`.replaceAll('\n', '\r\n')

test('writeSdp writes H264 and AAC tracks with absolute control URLs', () => expect(writeSdp(description)).toBe(text))

test('readSdp reads H264 and AAC tracks', () => expect(readSdp(text)).toEqual({ ok: true, value: description }))

const repairable: PresentationDescription = {
  ...description,
  tracks: description.tracks.map((track) => ({
    ...track,
    repair: { rtxPayloadType: track.payloadType + 2, rtxTimeMs: 1000 },
  })),
}

test('writeSdp offers NACK and retransmissions of each track', () => {
  const lines = writeSdp(repairable).split('\r\n')
  expect(lines.filter((line) => /rtx|rtcp-fb|apt=|^m=/.test(line)).toSorted()).toEqual([
    'a=fmtp:98 apt=96;rtx-time=1000',
    'a=fmtp:99 apt=97;rtx-time=1000',
    'a=rtcp-fb:96 nack',
    'a=rtcp-fb:97 nack',
    'a=rtpmap:98 rtx/90000',
    'a=rtpmap:99 rtx/48000',
    'm=audio 0 RTP/AVPF 97 99',
    'm=video 0 RTP/AVPF 96 98',
  ])
})

test('readSdp reads what can be repaired, and what cannot', () => {
  expect(readSdp(writeSdp(repairable))).toEqual({ ok: true, value: repairable })
  for (const [found, changed] of [
    ['RTP/AVPF', 'RTP/AVP'],
    ['rtcp-fb:96 nack', 'rtcp-fb:96 nack pli'],
    ['apt=96', 'apt=95'],
  ] as const) {
    const read = readSdp(writeSdp(repairable).replace(found, changed))
    expect(read.ok && read.value.tracks.map(({ repair }) => repair?.rtxPayloadType)).toEqual([undefined, 99])
  }
})

test('writeSdp tells of parity between the packets of each track, and readSdp reads it', () => {
  const tracks = description.tracks.map((track) => ({ ...track, parityPayloadType: track.payloadType + 4 }))
  const sdp = writeSdp({ ...description, tracks })
  const lines = sdp.split('\r\n').filter((line) => /ulpfec|^m=/.test(line))
  expect(lines.toSorted()).toEqual([
    'a=rtpmap:100 ulpfec/90000',
    'a=rtpmap:101 ulpfec/48000',
    'm=audio 0 RTP/AVP 97 101',
    'm=video 0 RTP/AVP 96 100',
  ])
  expect(readSdp(sdp)).toEqual({ ok: true, value: { ...description, tracks } })
})

test('readSdp takes parity for no format where that needs no a=rtpmap', () => {
  const head = text.slice(0, text.indexOf('m='))
  const sdp = `${head}m=video 0 RTP/AVP 33 100\r\na=rtpmap:100 ULPFEC/90000\r\na=control:stream=0\r\n`
  expect(readSdp(sdp)).toMatchObject({ value: { tracks: [{ payloadType: 33, parityPayloadType: 100 }] } })
})

test('readSdp gives texts also where a server wrote digits alone', () => {
  const sdp = 'v=0\r\ns=7\r\na=control:8\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 263/90000\r\na=control:0\r\n'
  expect(readSdp(sdp)).toMatchObject({
    value: { title: '7', controlUrl: '8', tracks: [{ encoding: '263', controlUrl: '0' }] },
  })
})

test('readSdp knows the payload type of transport streams, which needs no a=rtpmap (RFC 3551)', () => {
  const sdp = `${text.slice(0, text.indexOf('m='))}m=video 0 RTP/AVP 33\r\na=control:stream=0\r\n`
  expect(readSdp(sdp)).toMatchObject({
    value: {
      tracks: [{ kind: 'video', payloadType: 33, encoding: 'MP2T', clockRateHz: 90_000, controlUrl: 'stream=0' }],
    },
  })
})

test('writeSdp leaves the end open while the presentation grows', () => {
  const { durationSeconds: _, ...growing } = description
  expect(writeSdp(growing)).toContain('a=range:npt=0-\r\n')
})

test('writeSdp tells the address family of IPv6', () => {
  const sdp = writeSdp({ ...description, serverAddress: '::1' })
  expect(sdp).toContain('o=- 4711 1 IN IP6 ::1\r\n')
  expect(sdp).toContain('c=IN IP6 ::\r\n')
})

test('writeSdp keeps a title on its line, and writes one where there is none', () => {
  expect(writeSdp({ ...description, title: 'a\r\nm=audio' })).toContain('s=a m=audio\r\nc=')
  expect(writeSdp({ ...description, title: '' })).toContain('s=-\r\n')
})

test('readSdp reads what a camera writes: relative control, parameters in other case, blanks', () => {
  const camera =
    'v=0\no=- 1 1 IN IP4 10.0.0.1\ns=cam\nt=0 0\nm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 Profile-Level-Id=42001E; packetization-mode=1\na=control:track1\nm=application 0 RTP/AVP 107\n'
  expect(readSdp(camera)).toMatchObject({
    value: {
      controlUrl: '*',
      tracks: [
        {
          controlUrl: 'track1',
          formatParameters: new Map([
            ['profile-level-id', '42001E'],
            ['packetization-mode', '1'],
          ]),
        },
      ],
    },
  })
})

test('readSdp refuses what is no session description', () => {
  expect(readSdp('<html>')).toMatchObject({ ok: false, fault: { code: 'bad-text' } })
})

test('readSdp takes any lines', () => {
  const line = fc.constantFrom(
    ...text.split('\r\n'),
    'm=',
    'a=fmtp:',
    'a=rtpmap:96',
    'a=control:',
    'o=',
    'b=AS:x',
    'a=range:npt=-9',
  )
  const anyText = fc.array(fc.oneof(line, fc.string({ maxLength: 8 })))
  const property = fc.property(
    anyText,
    (lines) => void expect(() => readSdp(['v=0', ...lines].join('\n'))).not.toThrow(),
  )
  fc.assert(property, { seed: 3, numRuns: fuzzRuns(5000) })
})

test('writeSdp and readSdp tell HEVC: its profile, and its parameter sets one by one (RFC 7798 section 7.1)', () => {
  const profile = {
    profileSpace: 0,
    isHighTier: false,
    profileIdc: 1,
    compatibilityFlags: 0x6000_0000,
    constraintBytes: [0x90, 0, 0, 0, 0, 0],
    levelIdc: 93,
  }
  const sets = { vpsBase64: 'QAEMAf//', spsBase64: 'QgEBAWA=', ppsBase64: 'RAHA' }
  const [video] = description.tracks
  const formatParameters = h265FormatParameters(sets, profile)
  const track = { ...video!, encoding: 'H265', formatParameters }
  const sdp = writeSdp({ ...description, tracks: [track] })
  expect(sdp).toContain('a=rtpmap:96 H265/90000\r\n')
  expect(sdp).toContain(
    'a=fmtp:96 profile-space=0;profile-id=1;tier-flag=0;level-id=93;interop-constraints=900000000000;' +
      'profile-compatibility-indicator=60000000;sprop-vps=QAEMAf//;sprop-sps=QgEBAWA=;sprop-pps=RAHA\r\n',
  )
  expect(readSdp(sdp)).toMatchObject({ ok: true, value: { tracks: [track] } })
})
