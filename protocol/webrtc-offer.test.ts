import { expect, test } from 'vitest'
import { chooseH264, readWebRtcOffer } from './webrtc-offer.ts'

/** As Chromium offers to receive, the lines that count. */
const offer = (...media: readonly string[]): string =>
  [
    ...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'],
    ...['a=ice-ufrag:Ab12', 'a=ice-pwd:0123456789012345678901', 'a=fingerprint:sha-256 AA:BB'],
    ...media,
    '',
  ].join('\r\n')

const VIDEO = [
  ...['m=video 9 UDP/TLS/RTP/SAVPF 96 102 103 104 116 117', 'a=mid:v', 'a=recvonly', 'a=rtpmap:96 VP8/90000'],
  ...['a=rtpmap:102 H264/90000', 'a=rtcp-fb:102 nack', 'a=rtcp-fb:102 nack pli'],
  'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
  ...['a=rtpmap:103 rtx/90000', 'a=fmtp:103 apt=102'],
  ...['a=rtpmap:104 H264/90000', 'a=fmtp:104 packetization-mode=0;profile-level-id=42001f'],
  ...['a=rtpmap:116 H264/90000', 'a=rtcp-fb:116 nack pli', 'a=fmtp:116 profile-level-id=4D001F;packetization-mode=1'],
  ...['a=rtpmap:117 rtx/90000', 'a=fmtp:117 apt=96'],
]
const AUDIO = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:a', 'a=recvonly', 'a=rtpmap:111 opus/48000/2']

test('readWebRtcOffer reads H.264 in packetization mode 1 with what repairs it, and Opus', () => {
  expect(readWebRtcOffer(offer(...VIDEO, ...AUDIO))).toEqual({
    ok: true,
    value: {
      video: {
        mid: 'v',
        h264: [
          {
            payloadType: 102,
            profileLevelId: '42001f',
            formatParameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
            hasNack: true,
            rtxPayloadType: 103,
          },
          {
            payloadType: 116,
            profileLevelId: '4d001f',
            formatParameters: 'profile-level-id=4D001F;packetization-mode=1',
            hasNack: false, // a picture-loss indication is another kind of feedback
          },
        ],
      },
      audio: { mid: 'a', opusPayloadType: 111 },
    },
  })
})

test('readWebRtcOffer passes over a section that would only send', () => {
  const sending = VIDEO.map((line) => line.replace('recvonly', 'sendonly'))
  expect(readWebRtcOffer(offer(...sending, ...AUDIO))).toMatchObject({ ok: true, value: { audio: { mid: 'a' } } })
})

for (const missing of ['v=0', 'a=ice-ufrag', 'a=ice-pwd', 'a=fingerprint', 'm=']) {
  test(`readWebRtcOffer refuses a text without ${missing}`, () => {
    const lines = offer(...AUDIO).split('\r\n')
    const rest = lines.filter((line) => !line.startsWith(missing)).join('\r\n')
    expect(readWebRtcOffer(rest)).toMatchObject({ ok: false, fault: { code: 'bad-text' } })
  })
}

const h264 = ['42001f', '4d001f'].map((profileLevelId, index) => {
  return { payloadType: 96 + index, profileLevelId, formatParameters: '', hasNack: false }
})

test('chooseH264 takes the profile of the stream, or else the highest that is offered', () => {
  const chosen = (codec: string) => chooseH264({ mid: '0', h264 }, codec)?.profileLevelId
  expect([chosen('avc1.42c01f'), chosen('avc1.4d401e'), chosen('avc1.64001f')]).toEqual(['42001f', '4d001f', '4d001f'])
  expect(chooseH264({ mid: '0', h264: [] }, 'avc1.64001f')).toBe(undefined)
})
