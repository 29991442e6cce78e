import { readAdtsFrame } from './adts-facts.ts'
import type { ByteFault, SegmentFacts, TrackFacts } from './segment-facts.ts'

const ANY_TRACK: Omit<TrackFacts, 'kind' | 'codec' | 'frames'> = {
  id: 0,
  keyFrames: 0,
  firstPtsSeconds: NaN,
  endPtsSeconds: NaN,
  firstDtsSeconds: NaN,
  endDtsSeconds: NaN,
  frameSeconds: 0,
  startsWithKey: true,
  hasParameterSets: true,
}

/** A segment of WebVTT, RFC 8216 section 3.5. */
export function webvttFacts(bytes: Uint8Array): SegmentFacts {
  const text = new TextDecoder().decode(bytes)
  const faults: ByteFault[] = []
  const [head = ''] = text.split(/\r?\n\r?\n/)
  if (!/^WEBVTT([ \t].*)?$/.test(text.split(/\r?\n/)[0] as string)) {
    faults.push({ rule: 'webvtt', expected: 'WEBVTT as the first line', got: text.slice(0, 20) })
  }
  const map = /^X-TIMESTAMP-MAP=(.*)$/m.exec(head)?.[1]
  if (map !== undefined && !/^(?=.*MPEGTS:\d+)(?=.*LOCAL:(\d{2,}:)?\d{2}:\d{2}\.\d{3})/.test(map)) {
    faults.push({ rule: 'webvtt', expected: 'X-TIMESTAMP-MAP=MPEGTS:…,LOCAL:…', got: map })
  }
  const cues = text.match(/^.*-->.*$/gm) ?? []
  const time = '(\\d{2,}:)?[0-5]\\d:[0-5]\\d\\.\\d{3}'
  const odd = cues.find((cue) => !new RegExp(`^${time}[ \\t]+-->[ \\t]+${time}([ \\t].*)?$`).test(cue))
  if (odd !== undefined) faults.push({ rule: 'webvtt', expected: 'hh:mm:ss.ttt --> hh:mm:ss.ttt', got: odd })
  return { format: 'webvtt', tracks: [{ ...ANY_TRACK, kind: 'text', codec: 'wvtt', frames: cues.length }], faults }
}

const TIMESTAMP_OWNER = 'com.apple.streaming.transportStreamTimestamp'

/** A segment of packed audio, section 3.4: an ID3 tag with the time of the first sample, then frames. */
export function packedAudioFacts(bytes: Uint8Array): SegmentFacts {
  const start = id3Bytes(bytes)
  const tag = Buffer.from(bytes.subarray(0, start))
  const owner = tag.indexOf(TIMESTAMP_OWNER)
  const stampAt = owner + TIMESTAMP_OWNER.length + 1
  const hasStamp = owner !== -1 && stampAt + 8 <= tag.length
  const firstPtsSeconds = hasStamp ? Number(tag.readBigUInt64BE(stampAt) & 0x1ffffffffn) / 90_000 : NaN
  const faults: ByteFault[] = hasStamp
    ? []
    : [{ rule: 'packed-audio', expected: `an ID3 PRIV frame of ${TIMESTAMP_OWNER}`, got: 'none' }]
  const first = readAdtsFrame(bytes, start)
  if (first === undefined) {
    return {
      format: 'packed-audio',
      tracks: [{ ...ANY_TRACK, kind: 'audio', codec: 'unknown', frames: 0, firstPtsSeconds }],
      faults,
    }
  }
  let frames = 0
  for (let at = start; at < bytes.length; frames += 1) {
    const frame = readAdtsFrame(bytes, at)
    if (frame === undefined) {
      faults.push({ rule: 'packed-audio', expected: 'an ADTS frame', got: `other bytes at ${at}` })
      break
    }
    at += frame.sizeBytes
  }
  const { samples, sampleRateHz, channels, objectType } = first
  const endPtsSeconds = firstPtsSeconds + (frames * samples) / sampleRateHz
  const times = { firstPtsSeconds, firstDtsSeconds: firstPtsSeconds, endPtsSeconds, endDtsSeconds: endPtsSeconds }
  const frameSeconds = samples / sampleRateHz
  const codec = `mp4a.40.${objectType}`
  return {
    format: 'packed-audio',
    tracks: [{ ...ANY_TRACK, ...times, kind: 'audio', codec, frames, frameSeconds, sampleRateHz, channels }],
    faults,
  }
}

/** The size of the ID3v2 tag at the start, 0 without one. */
export function id3Bytes(bytes: Uint8Array): number {
  if (Buffer.from(bytes.subarray(0, 3)).toString('latin1') !== 'ID3') return 0
  return 10 + [...bytes.subarray(6, 10)].reduce((size, byte) => size * 128 + (byte & 0x7f), 0)
}
