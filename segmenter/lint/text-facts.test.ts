import { expect, test } from 'vitest'
import { packedAudioFacts } from './text-facts.ts'

const TIMESTAMP_OWNER = 'com.apple.streaming.transportStreamTimestamp'

/** AAC-LC of 48 kHz in stereo, 16 bytes. */
const adtsFrame = Buffer.from('fff14c80021ffc21004568501b400000', 'hex')

/** An ID3v2.4 tag with one PRIV frame that tells a time of 90 kHz. */
function timeTag(ticks: bigint, owner = TIMESTAMP_OWNER): Buffer {
  const stamp = Buffer.alloc(8)
  stamp.writeBigUInt64BE(ticks)
  const content = Buffer.concat([Buffer.from(`${owner}\0`, 'latin1'), stamp])
  const head = (id: string, sizeBytes: number, ...rest: number[]): Buffer =>
    Buffer.concat([Buffer.from(id, 'latin1'), Buffer.from(rest), Buffer.from([0, 0, 0, sizeBytes])])
  const frame = Buffer.concat([head('PRIV', content.length), Buffer.alloc(2), content])
  return Buffer.concat([head('ID3', frame.length, 4, 0, 0), frame])
}

test('packed audio tells its time, its frames and its codec', () => {
  const facts = packedAudioFacts(Buffer.concat([timeTag(900_000n), adtsFrame, adtsFrame]))
  expect(facts.faults).toEqual([])
  expect(facts.tracks).toMatchObject([
    { kind: 'audio', codec: 'mp4a.40.2', frames: 2, firstPtsSeconds: 10, endPtsSeconds: 10 + 2048 / 48_000 },
  ])
})

for (const [name, bytes, expected] of [
  ['no tag', Buffer.concat([adtsFrame]), `an ID3 PRIV frame of ${TIMESTAMP_OWNER}`],
  [
    'another owner’s tag',
    Buffer.concat([timeTag(0n, 'example'), adtsFrame]),
    `an ID3 PRIV frame of ${TIMESTAMP_OWNER}`,
  ],
  ['something between frames', Buffer.concat([timeTag(0n), adtsFrame, Buffer.alloc(9), adtsFrame]), 'an ADTS frame'],
] as const) {
  test(`packed audio with ${name} is a fault`, () => {
    expect(packedAudioFacts(bytes).faults).toMatchObject([{ rule: 'packed-audio', expected }])
  })
}
