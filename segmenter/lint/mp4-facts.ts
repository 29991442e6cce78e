import { readBoxes, findBox, viewOf, type Box } from './mp4-boxes.ts'
import { readInit, type InitTrack } from './mp4-init.ts'
import { pictureFacts, unitsOfSample } from './nal-facts.ts'
import { usualStep, type ByteFault, type ByteRuleId, type SegmentFacts, type TrackFacts } from './segment-facts.ts'

const NOT_SYNC = 0x10000 // sample_is_non_sync_sample, ISO/IEC 14496-12 section 8.8.3

const MAX_SAMPLES = 1_000_000 // of a run: without fields of their own, four bytes could promise any number

type Sample = {
  readonly durationTicks: number
  readonly sizeBytes: number
  readonly isSync: boolean
  readonly offsetTicks: number // composition time less decoding time
  readonly atByte: number // in the segment
}

/** What a fragmented MP4 segment says of itself, with its initialization section (RFC 8216 section 3.3). Of a range that
 *  ends within its `mdat` those frames count that lie in it as a whole. */
export function mp4Facts(bytes: Uint8Array, init: Uint8Array | undefined): SegmentFacts {
  const faults: ByteFault[] = []
  const fault = (rule: ByteRuleId, expected: string, got: string): void => {
    if (!faults.some((told) => told.rule === rule)) faults.push({ rule, expected, got })
  }
  const tracks = readInit(init ?? bytes)
  if (init === undefined && tracks === undefined) fault('mp4-map', '#EXT-X-MAP for fragmented MP4', 'none')
  else if (tracks === undefined) fault('mp4-init', 'an initialization section with a moov', 'none that can be read')
  const boxes = [...readBoxes(bytes)]
  const readings = new Map([...(tracks ?? [])].map(([id, track]) => [id, new FragmentReading(track)]))
  try {
    for (const box of boxes.filter(({ type }) => type === 'moof')) readMoof(box, readings, fault)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    fault('mp4-boxes', 'boxes that hold what they say', 'a field beyond its box')
  }
  const types = boxes.map(({ type }) => type)
  const broken = boxes.find(({ isWhole }) => !isWhole)
  if (!types.includes('moof')) fault('mp4-boxes', 'a moof', types.join(' ') || 'no box')
  else if (broken !== undefined && broken.type !== 'mdat') fault('mp4-boxes', 'whole boxes', `${broken.type} cut off`)
  else if (!types.includes('mdat')) fault('mp4-boxes', 'an mdat', types.join(' '))
  else if (broken !== undefined) fault('mp4-boxes', `an mdat of ${broken.end - broken.start} bytes`, 'less')
  return { format: 'fmp4', tracks: [...readings.values()].flatMap((reading) => reading.facts(bytes) ?? []), faults }
}

type Tell = (rule: ByteRuleId, expected: string, got: string) => void

function readMoof(moof: Box, readings: ReadonlyMap<number, FragmentReading>, fault: Tell): void {
  const trafs = [...readBoxes(moof.body)].filter(({ type }) => type === 'traf')
  if (trafs.length === 0) fault('mp4-boxes', 'a traf in each moof', 'none')
  for (const { body } of trafs) {
    const tfhd = findBox(body, 'tfhd')
    if (tfhd === undefined) throw new RangeError('no tfhd')
    const id = viewOf(tfhd).getUint32(4)
    const reading = readings.get(id)
    const tfdt = findBox(body, 'tfdt')
    if (tfdt === undefined) fault('mp4-tfdt', 'a tfdt in each traf', 'none')
    if (reading === undefined) {
      if (readings.size > 0) fault('mp4-init', `track ${id} in the initialization section`, 'none')
      continue
    }
    reading.fragment(body, tfhd, tfdt, moof.start)
  }
}

class FragmentReading {
  readonly #track: InitTrack
  readonly #samples: (Sample & { readonly dtsTicks: number })[] = []

  constructor(track: InitTrack) {
    this.#track = track
  }

  fragment(traf: Uint8Array, tfhd: Uint8Array, tfdt: Uint8Array | undefined, moofStart: number): void {
    const head = viewOf(tfhd)
    const flags = head.getUint32(0) & 0xffffff
    const fields = new Fields(head, 8)
    const base = fields.uint64((flags & 0x01) !== 0) ?? moofStart
    fields.uint32((flags & 0x02) !== 0)
    const durationTicks = fields.uint32((flags & 0x08) !== 0) ?? this.#track.defaultDurationTicks
    const sizeBytes = fields.uint32((flags & 0x10) !== 0) ?? this.#track.defaultSizeBytes
    const sampleFlags = fields.uint32((flags & 0x20) !== 0) ?? this.#track.defaultFlags
    let dtsTicks = tfdt === undefined ? NaN : readTfdt(viewOf(tfdt))
    for (const { type, body } of readBoxes(traf)) {
      if (type !== 'trun') continue
      for (const sample of readTrun(viewOf(body), { durationTicks, sizeBytes, sampleFlags, base })) {
        this.#samples.push({ ...sample, dtsTicks })
        dtsTicks += sample.durationTicks
      }
    }
  }

  facts(bytes: Uint8Array): TrackFacts | undefined {
    const { id, kind, codec, timescaleHz, hasParameterSets, nalLengthBytes, sampleRateHz, channels } = this.#track
    const { shiftSeconds } = this.#track
    const samples = this.#samples.filter(({ atByte, sizeBytes }) => atByte + sizeBytes <= bytes.length)
    const [first] = samples
    const last = samples.at(-1)
    if (first === undefined || last === undefined) return undefined
    const shown = samples.map(({ dtsTicks, offsetTicks }) => (dtsTicks + offsetTicks) / timescaleHz + shiftSeconds)
    const ends = samples.map(({ durationTicks }, index) => (shown[index] as number) + durationTicks / timescaleHz)
    return {
      id,
      kind,
      codec,
      frames: samples.length,
      keyFrames: samples.filter(({ isSync }) => isSync).length,
      firstPtsSeconds: Math.min(...shown),
      endPtsSeconds: Math.max(...ends),
      firstDtsSeconds: first.dtsTicks / timescaleHz + shiftSeconds,
      endDtsSeconds: (last.dtsTicks + last.durationTicks) / timescaleHz + shiftSeconds,
      frameSeconds: usualStep(shown.toSorted((a, b) => a - b)) || first.durationTicks / timescaleHz,
      startsWithKey: kind !== 'video' || (first.isSync && isKeyPicture(bytes, first, codec, nalLengthBytes)),
      hasParameterSets,
      ...(sampleRateHz === undefined ? {} : { sampleRateHz }),
      ...(channels === undefined ? {} : { channels }),
    }
  }
}

/** The flags may promise what the picture is not; of an encrypted one there is nothing to see but them. */
function isKeyPicture(
  bytes: Uint8Array,
  { atByte, sizeBytes }: Sample,
  codec: string,
  nalLengthBytes: number,
): boolean {
  if (nalLengthBytes === 0) return true
  const units = unitsOfSample(bytes.subarray(atByte, atByte + sizeBytes), nalLengthBytes)
  const { isKey, hasPicture } = pictureFacts(units, codec.startsWith('avc') ? 'avc' : 'hevc')
  return isKey || !hasPicture
}

function readTfdt(view: DataView): number {
  return view.getUint8(0) === 1 ? Number(view.getBigUint64(4)) : view.getUint32(4)
}

type RunDefaults = { durationTicks: number; sizeBytes: number; sampleFlags: number; base: number }

function* readTrun(view: DataView, defaults: RunDefaults): Generator<Sample> {
  const flags = view.getUint32(0) & 0xffffff
  const isSigned = view.getUint8(0) === 1
  const count = view.getUint32(4)
  if (count > MAX_SAMPLES) throw new RangeError(`a run of ${count} samples`)
  const fields = new Fields(view, 8)
  let atByte = defaults.base + (fields.int32((flags & 0x01) !== 0) ?? 0)
  const firstFlags = fields.uint32((flags & 0x04) !== 0)
  for (let index = 0; index < count; index += 1) {
    const durationTicks = fields.uint32((flags & 0x100) !== 0) ?? defaults.durationTicks
    const sizeBytes = fields.uint32((flags & 0x200) !== 0) ?? defaults.sizeBytes
    const ownFlags = fields.uint32((flags & 0x400) !== 0)
    const offset = isSigned ? fields.int32((flags & 0x800) !== 0) : fields.uint32((flags & 0x800) !== 0)
    const sampleFlags = ownFlags ?? (index === 0 ? firstFlags : undefined) ?? defaults.sampleFlags
    yield { durationTicks, sizeBytes, isSync: (sampleFlags & NOT_SYNC) === 0, offsetTicks: offset ?? 0, atByte }
    atByte += sizeBytes
  }
}

/** Optional fields in their order. Throws RangeError beyond the end. */
class Fields {
  readonly #view: DataView
  #at: number

  constructor(view: DataView, at: number) {
    this.#view = view
    this.#at = at
  }

  uint32(isThere: boolean): number | undefined {
    return isThere ? this.#view.getUint32(this.#take(4)) : undefined
  }

  int32(isThere: boolean): number | undefined {
    return isThere ? this.#view.getInt32(this.#take(4)) : undefined
  }

  uint64(isThere: boolean): number | undefined {
    return isThere ? Number(this.#view.getBigUint64(this.#take(8))) : undefined
  }

  #take(bytes: number): number {
    this.#at += bytes
    return this.#at - bytes
  }
}
