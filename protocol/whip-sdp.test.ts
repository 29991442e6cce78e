import { expect, test } from 'vitest'
import { readWhipOffer, receivingAnswer } from './whip-sdp.ts'

const PICTURES = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 104 108',
  'a=mid:0',
  'a=sendonly',
  'a=rtcp-mux',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:104 H264/90000',
  'a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f',
  'a=rtpmap:108 H264/90000',
  'a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
]
const SOUND = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:1',
  'a=sendonly',
  'a=rtcp-mux',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
]
const HEAD = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=fingerprint:sha-256 AB:CD']

const sdpOf = (...lines: readonly (readonly string[])[]): string => [...lines.flat(), ''].join('\r\n')
const without = (lines: readonly string[], word: string) => lines.filter((line) => !line.includes(word))
const changed = (lines: readonly string[], from: string, to: string) => lines.map((line) => line.replace(from, to))

test('readWhipOffer takes H.264 of constrained baseline in mode 1, and Opus', () => {
  expect(readWhipOffer(sdpOf(HEAD, SOUND, PICTURES))).toEqual({
    ok: true,
    offer: {
      video: {
        mid: '0',
        payloadType: 108,
        formatParameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
      },
      audio: { mid: '1', payloadType: 111, formatParameters: 'minptime=10;useinbandfec=1' },
    },
  })
})

test('readWhipOffer takes pictures without sound', () => {
  const read = readWhipOffer(sdpOf(HEAD, PICTURES))
  expect(read).toMatchObject({ ok: true, offer: { video: { payloadType: 108 } } })
  expect(read.ok && read.offer.audio).toBeUndefined()
})

for (const { what, sdp, why } of [
  { what: 'no description', sdp: 'hello', why: 'expected an SDP offer, v=0' },
  { what: 'no media', sdp: sdpOf(HEAD), why: 'expected 1 to 8 media, got 0' },
  {
    what: 'sound alone',
    sdp: sdpOf(HEAD, SOUND),
    why: 'expected one track of pictures and at most one of sound, got audio',
  },
  {
    what: 'two cameras',
    sdp: sdpOf(HEAD, PICTURES, PICTURES),
    why: 'expected one track of pictures and at most one of sound, got video, video',
  },
  {
    what: 'data channels',
    sdp: sdpOf(HEAD, PICTURES, ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:2']),
    why: 'expected one track of pictures and at most one of sound, got video, application',
  },
  {
    what: 'no H.264',
    sdp: sdpOf(HEAD, changed(PICTURES, 'H264', 'VP9')),
    why: 'expected H.264 of constrained baseline with packetization-mode=1, got VP8, VP9',
  },
  {
    what: 'H.264 in mode 0 alone',
    sdp: sdpOf(HEAD, changed(PICTURES, 'mode=1', 'mode=0')),
    why: 'expected H.264 of constrained baseline with packetization-mode=1, got VP8, H264',
  },
  {
    what: 'H.264 of high profile',
    sdp: sdpOf(HEAD, changed(PICTURES, '42e01f', '64001f')),
    why: 'expected H.264 of constrained baseline with packetization-mode=1, got VP8, H264',
  },
  {
    what: 'sound that is not Opus',
    sdp: sdpOf(HEAD, PICTURES, changed(SOUND, 'opus/48000/2', 'PCMU/8000')),
    why: 'expected Opus, got PCMU',
  },
  {
    what: 'who only receives',
    sdp: sdpOf(HEAD, changed(PICTURES, 'sendonly', 'recvonly')),
    why: 'expected video that is sent, got recvonly',
  },
  {
    what: 'RTP and RTCP on two ports',
    sdp: sdpOf(HEAD, without(PICTURES, 'rtcp-mux')),
    why: 'expected video with a=mid and a=rtcp-mux',
  },
  {
    what: 'RTP without DTLS',
    sdp: sdpOf(without(HEAD, 'fingerprint'), PICTURES),
    why: 'expected video over DTLS, with a=fingerprint',
  },
]) {
  test(`readWhipOffer refuses ${what}`, () => expect(readWhipOffer(sdp)).toEqual({ ok: false, why }))
}

test('readWhipOffer answers whatever text comes', () => {
  const words = [
    'v=0',
    'm=video',
    'm=audio 9',
    'a=mid:',
    'a=rtpmap:1 ',
    'a=fmtp:',
    '\r\n',
    ' ',
    'H264/90000',
    '\0',
    '=',
  ]
  for (let round = 0; round < 500; round += 1) {
    let seed = round
    const next = () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0)
    const text = `v=0\r\n${Array.from({ length: 20 }, () => words[(next() >>> 8) % words.length]).join('')}`
    expect(readWhipOffer(text).ok).toBe(false)
  }
})

test('receivingAnswer promises to receive, and no feedback that does not come', () => {
  const answer = [
    'v=0',
    'm=video 9 X 108',
    'a=sendrecv',
    'a=ssrc:1 cname:x',
    'a=rtcp-fb:108 nack',
    'a=rtcp-fb:108 nack pli',
  ]
  expect(receivingAnswer(sdpOf(answer, ['a=rtcp-fb:108 goog-remb', 'a=rtcp-fb:108 transport-cc']))).toBe(
    sdpOf(['v=0', 'm=video 9 X 108', 'a=recvonly', 'a=rtcp-fb:108 nack', 'a=rtcp-fb:108 nack pli']),
  )
})
