import { findBox, readBoxes, viewOf } from './mp4-boxes.ts'
import { avcCodec, hevcCodecOf } from './nal-facts.ts'
import type { TrackFacts } from './segment-facts.ts'

/** A track of an initialization section, with the defaults of its fragments. */
export type InitTrack = {
  readonly id: number
  readonly kind: TrackFacts['kind']
  readonly codec: string
  readonly timescaleHz: number
  readonly shiftSeconds: number // of presentation, by its edit list
  readonly hasParameterSets: boolean
  readonly nalLengthBytes: number // 0 of what has no NAL units
  readonly sampleRateHz?: number
  readonly channels?: number
  readonly defaultDurationTicks: number
  readonly defaultSizeBytes: number
  readonly defaultFlags: number
}

const kinds: Readonly<Record<string, TrackFacts['kind']>> = { vide: 'video', soun: 'audio', text: 'text', subt: 'text' }

/** The tracks of a media initialization section (RFC 8216 section 3.3); undefined without a `moov` that can be read. */
export function readInit(bytes: Uint8Array): ReadonlyMap<number, InitTrack> | undefined {
  try {
    const moov = findBox(bytes, 'moov')
    if (moov === undefined) return undefined
    const defaults = readDefaults(moov)
    const mvhd = need(moov, 'mvhd')
    const movieHz = mvhd.getUint32(mvhd.getUint8(0) === 1 ? 20 : 12)
    const tracks = [...readBoxes(moov)]
      .filter(({ type }) => type === 'trak')
      .map(({ body }) => readTrack(body, movieHz, defaults))
    return new Map(tracks.map((track) => [track.id, track]))
  } catch (error) {
    if (error instanceof RangeError) return undefined // a field beyond the end
    throw error
  }
}

type Defaults = ReadonlyMap<number, Pick<InitTrack, 'defaultDurationTicks' | 'defaultSizeBytes' | 'defaultFlags'>>

function readDefaults(moov: Uint8Array): Defaults {
  const mvex = findBox(moov, 'mvex') ?? new Uint8Array(0)
  const trexes = [...readBoxes(mvex)].filter(({ type }) => type === 'trex').map(({ body }) => viewOf(body))
  return new Map(
    trexes.map((view) => [
      view.getUint32(4),
      {
        defaultDurationTicks: view.getUint32(12),
        defaultSizeBytes: view.getUint32(16),
        defaultFlags: view.getUint32(20),
      },
    ]),
  )
}

function need(bytes: Uint8Array, ...path: readonly string[]): DataView {
  const found = findBox(bytes, ...path)
  if (found === undefined) throw new RangeError(`no box ${path.join('/')}`)
  return viewOf(found)
}

function readTrack(trak: Uint8Array, movieHz: number, defaults: Defaults): InitTrack {
  const tkhd = need(trak, 'tkhd')
  const id = tkhd.getUint32(tkhd.getUint8(0) === 1 ? 20 : 12)
  const mdhd = need(trak, 'mdia', 'mdhd')
  const timescaleHz = mdhd.getUint32(mdhd.getUint8(0) === 1 ? 20 : 12)
  const hdlr = need(trak, 'mdia', 'hdlr')
  const handler = String.fromCharCode(...[8, 9, 10, 11].map((at) => hdlr.getUint8(at)))
  const kind = kinds[handler] ?? 'other'
  const stsd = findBox(trak, 'mdia', 'minf', 'stbl', 'stsd') ?? new Uint8Array(0)
  const [entry] = readBoxes(stsd.subarray(8))
  if (entry === undefined) throw new RangeError('no sample entry')
  const own = defaults.get(id) ?? { defaultDurationTicks: 0, defaultSizeBytes: 0, defaultFlags: 0 }
  const format = formatOf(entry.type, entry.body, kind)
  const shiftSeconds = editShift(findBox(trak, 'edts', 'elst'), movieHz, timescaleHz)
  return { id, kind, timescaleHz, shiftSeconds, ...own, ...readEntry(format, entry.body, kind) }
}

/** By how much an edit list moves what is presented, 14496-12 section 8.6.6: empty edits delay it, and the first that is
 *  not empty begins later in the media. */
function editShift(elst: Uint8Array | undefined, movieHz: number, timescaleHz: number): number {
  if (elst === undefined) return 0
  const view = viewOf(elst)
  const isLong = view.getUint8(0) === 1
  let shiftSeconds = 0
  for (let entry = 0, at = 8; entry < view.getUint32(4); entry += 1, at += isLong ? 20 : 12) {
    const duration = isLong ? Number(view.getBigUint64(at)) : view.getUint32(at)
    const mediaTime = isLong ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4)
    if (mediaTime >= 0) return shiftSeconds - mediaTime / timescaleHz
    shiftSeconds += duration / movieHz
  }
  return shiftSeconds
}

const VISUAL_ENTRY_BYTES = 78 // 14496-12 section 12.1.3
const AUDIO_ENTRY_BYTES = 28 // section 12.2.3

/** What an encrypted entry was before, ISO/IEC 23001-7. */
function formatOf(type: string, body: Uint8Array, kind: string): string {
  if (type !== 'encv' && type !== 'enca') return type
  const inner = body.subarray(kind === 'video' ? VISUAL_ENTRY_BYTES : AUDIO_ENTRY_BYTES)
  const frma = findBox(inner, 'sinf', 'frma')
  return frma === undefined ? type : Buffer.from(frma.subarray(0, 4)).toString('latin1')
}

type Entry = Pick<InitTrack, 'codec' | 'hasParameterSets' | 'nalLengthBytes' | 'sampleRateHz' | 'channels'>

function readEntry(format: string, body: Uint8Array, kind: string): Entry {
  if (kind === 'video') return readVideoEntry(format, body.subarray(VISUAL_ENTRY_BYTES))
  const plain = { hasParameterSets: true, nalLengthBytes: 0 }
  if (kind !== 'audio') return { ...plain, codec: format }
  const view = viewOf(body)
  const facts = { ...plain, channels: view.getUint16(16), sampleRateHz: view.getUint16(24) }
  if (format !== 'mp4a') return { ...facts, codec: format }
  const config = audioConfig(findBox(body.subarray(AUDIO_ENTRY_BYTES), 'esds') ?? new Uint8Array(0))
  return { ...facts, codec: config === undefined ? format : `mp4a.${config}` }
}

function readVideoEntry(format: string, inner: Uint8Array): Entry {
  const avcC = findBox(inner, 'avcC')
  const hvcC = findBox(inner, 'hvcC')
  if (avcC !== undefined) {
    const hasParameterSets = ((avcC[5] ?? 0) & 0x1f) > 0 || format === 'avc3'
    return { codec: avcCodec(avcC, format), hasParameterSets, nalLengthBytes: ((avcC[4] ?? 3) & 3) + 1 }
  }
  if (hvcC !== undefined) {
    const hasParameterSets = (hvcC[22] ?? 0) > 0 || format === 'hev1'
    return { codec: hevcCodecOf(hvcC.subarray(1), format), hasParameterSets, nalLengthBytes: ((hvcC[21] ?? 3) & 3) + 1 }
  }
  const av1C = findBox(inner, 'av1C')
  return { codec: av1C === undefined ? format : av1Codec(av1C), hasParameterSets: true, nalLengthBytes: 0 }
}

/** `av01.P.LLT.DD`: AV1 in ISOBMFF sections 2.3.3 and 5. */
function av1Codec(av1C: Uint8Array): string {
  const [, second = 0, third = 0] = av1C
  const bits = { 0b00: 8, 0b01: 8, 0b10: 10, 0b11: 12 }[(third >> 5) & 0b11] ?? 8
  const [level, depth] = [second & 0x1f, bits].map((value) => String(value).padStart(2, '0'))
  return `av01.${second >> 5}.${level}${third >> 7 === 1 ? 'H' : 'M'}.${depth}`
}

/** `40.2` of an ES descriptor: the object type, and of MPEG-4 audio the type in its AudioSpecificConfig (14496-1 section
 *  7.2.6, 14496-3 section 1.6.2.1). */
function audioConfig(esds: Uint8Array): string | undefined {
  const config = descriptor(esds.subarray(4), 0x03)?.subarray(3) // ES_ID and flags, of which HLS uses none
  const decoder = config && descriptor(config, 0x04)
  if (decoder === undefined || decoder[0] === undefined) return undefined
  const objectType = decoder[0].toString(16).padStart(2, '0')
  const specific = descriptor(decoder.subarray(13), 0x05)
  if (decoder[0] !== 0x40 || specific?.[0] === undefined) return objectType
  const audioType = specific[0] >> 3
  return `${objectType}.${audioType === 31 ? 32 + (((specific[0] & 7) << 3) | ((specific[1] ?? 0) >> 5)) : audioType}`
}

/** The body of the descriptor that begins here, if it has this tag; its size stands in 7 bits a byte. */
function descriptor(bytes: Uint8Array, tag: number): Uint8Array | undefined {
  if (bytes[0] !== tag) return undefined
  let sizeBytes = 0
  let at = 1
  for (; at < 5; at += 1) {
    const byte = bytes[at] ?? 0
    sizeBytes = sizeBytes * 128 + (byte & 0x7f)
    if ((byte & 0x80) === 0) break
  }
  return bytes.subarray(at + 1, at + 1 + sizeBytes)
}
