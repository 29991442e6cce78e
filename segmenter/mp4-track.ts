import { bodyAt, boxesIn, viewOf } from './mp4-boxes.ts'

/** What an MP4 or MOV file's index tells of a track, in decode order. */
export type Mp4Track = {
  readonly handler: string // vide, soun
  readonly format: string // of its one sample description: avc1, mp4a
  readonly description: Uint8Array // the body of that
  readonly timescaleHz: number
  readonly sizesBytes: Uint32Array
  readonly offsetsBytes: Float64Array // in the file
  readonly ptsSeconds: Float64Array // as shown: the edit list applied
  readonly durationsTicks: Int32Array // until the next one's decode time; of the time scale
  readonly isKeyframe: Uint8Array // 1 for a sync sample
}

const MAX_SAMPLES = 2_000_000 // 8 hours have 1.7 million at 60 frames a second

/** Reads a `trak` box, ISO/IEC 14496-12 section 8. Undefined for all that a plain recording does not have: several sample
 *  descriptions, an edit list that does more than delay the track or leave out its first moments, tables that disagree. */
export function readMp4Track(trak: Uint8Array, movieTimescaleHz: number): Mp4Track | undefined {
  try {
    return readTrack(trak, movieTimescaleHz)
  } catch (error) {
    if (error instanceof RangeError) return undefined // a table that ends before its last entry
    throw error
  }
}

function readTrack(trak: Uint8Array, movieTimescaleHz: number): Mp4Track | undefined {
  const header = bodyAt(trak, 'mdia', 'mdhd')
  const handler = bodyAt(trak, 'mdia', 'hdlr')
  const table = bodyAt(trak, 'mdia', 'minf', 'stbl')
  const description = table && soleDescription(bodyAt(table, 'stsd'))
  if (header === undefined || handler === undefined || table === undefined || description === undefined)
    return undefined
  const timescaleHz = viewOf(header).getUint32(header[0] === 1 ? 20 : 12)
  const sizesBytes = readSizes(bodyAt(table, 'stsz'))
  if (sizesBytes === undefined || timescaleHz === 0) return undefined
  const samples = sizesBytes.length
  const durationsTicks = readRuns(bodyAt(table, 'stts'), samples)
  const offsets = bodyAt(table, 'ctts')
  const shownLaterTicks = offsets === undefined ? new Int32Array(samples) : readRuns(offsets, samples)
  const offsetsBytes = readPlaces(table, sizesBytes)
  const isKeyframe = readSyncSamples(bodyAt(table, 'stss'), samples)
  const shift = readShift(bodyAt(trak, 'edts', 'elst'))
  if (!durationsTicks || !shownLaterTicks || !offsetsBytes || !isKeyframe || !shift) return undefined
  if (durationsTicks.some((ticks) => ticks < 0)) return undefined
  const ptsSeconds = new Float64Array(samples)
  let dtsTicks = 0
  let firstTicks = Infinity
  let endTicks = 0
  for (let sample = 0; sample < samples; sample++) {
    const shownTicks = dtsTicks + (shownLaterTicks[sample] as number)
    dtsTicks += durationsTicks[sample] as number
    firstTicks = Math.min(firstTicks, shownTicks)
    endTicks = Math.max(endTicks, shownTicks + (durationsTicks[sample] as number))
    ptsSeconds[sample] = (shownTicks - shift.mediaTicks) / timescaleHz + shift.delayTicks / movieTimescaleHz
  }
  const isPicture = textAt(handler, 8) === 'vide'
  if (isPicture && firstTicks < shift.mediaTicks) return undefined // decoded, but not shown
  const editedTicks = shift.editTicks === 0 ? Infinity : (shift.editTicks / movieTimescaleHz) * timescaleHz
  const restTicks = endTicks - shift.mediaTicks - editedTicks
  if (restTicks > (isPicture ? 0.5 : 1.5) * (durationsTicks.at(-1) as number)) return undefined
  const tables = { sizesBytes, offsetsBytes, ptsSeconds, durationsTicks, isKeyframe }
  return { handler: textAt(handler, 8), ...description, timescaleHz, ...tables }
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}

function soleDescription(stsd: Uint8Array | undefined): Pick<Mp4Track, 'format' | 'description'> | undefined {
  if (stsd === undefined || viewOf(stsd).getUint32(4) !== 1) return undefined
  const [entry] = boxesIn(stsd.subarray(8))
  return entry && { format: entry.type, description: entry.body }
}

/** stsz: the size of each sample. */
function readSizes(stsz: Uint8Array | undefined): Uint32Array | undefined {
  if (stsz === undefined) return undefined
  const view = viewOf(stsz)
  const uniformBytes = view.getUint32(4)
  const samples = view.getUint32(8)
  if (samples === 0 || samples > MAX_SAMPLES) return undefined
  if (uniformBytes > 0) return new Uint32Array(samples).fill(uniformBytes)
  const sizes = new Uint32Array(samples)
  for (let sample = 0; sample < samples; sample++) sizes[sample] = view.getUint32(12 + 4 * sample)
  return sizes
}

/** stts and ctts: a value for each sample, told as runs; signed, as version 1 of ctts has it and QuickTime in version 0.
 *  Undefined when they tell of more or fewer. */
function readRuns(box: Uint8Array | undefined, samples: number): Int32Array | undefined {
  if (box === undefined) return undefined
  const view = viewOf(box)
  const runs = view.getUint32(4)
  const values = new Int32Array(samples)
  let at = 0
  for (let run = 0; run < runs; run++) {
    const count = view.getUint32(8 + 8 * run)
    if (count > samples - at) return undefined
    values.fill(view.getInt32(12 + 8 * run), at, at + count)
    at += count
  }
  return at === samples ? values : undefined
}

/** stss: all are sync samples where it is missing. */
function readSyncSamples(stss: Uint8Array | undefined, samples: number): Uint8Array | undefined {
  if (stss === undefined) return new Uint8Array(samples).fill(1)
  const view = viewOf(stss)
  const count = view.getUint32(4)
  const isKeyframe = new Uint8Array(samples)
  for (let entry = 0; entry < count; entry++) {
    const number = view.getUint32(8 + 4 * entry)
    if (number < 1 || number > samples) return undefined
    isKeyframe[number - 1] = 1
  }
  return isKeyframe
}

/** stsc and stco or co64: where each sample lies. */
function readPlaces(table: Uint8Array, sizesBytes: Uint32Array): Float64Array | undefined {
  const runs = bodyAt(table, 'stsc')
  const chunks = readChunkOffsets(table)
  if (runs === undefined || chunks === undefined) return undefined
  const view = viewOf(runs)
  const runCount = view.getUint32(4)
  const places = new Float64Array(sizesBytes.length)
  let sample = 0
  for (let run = 0; run < runCount; run++) {
    const firstChunk = view.getUint32(8 + 12 * run) - 1
    const samplesPerChunk = view.getUint32(12 + 12 * run)
    const endChunk = run + 1 < runCount ? view.getUint32(8 + 12 * (run + 1)) - 1 : chunks.length
    if (endChunk < firstChunk || samplesPerChunk === 0) return undefined // each step forward places a sample
    for (let chunk = firstChunk; chunk < endChunk && sample < places.length; chunk++) {
      let at = chunks[chunk] ?? NaN
      for (let place = 0; place < samplesPerChunk && sample < places.length; place++) {
        places[sample] = at
        at += sizesBytes[sample] as number
        sample += 1
      }
    }
  }
  return sample === places.length && !Number.isNaN(places.at(-1)) ? places : undefined
}

function readChunkOffsets(table: Uint8Array): Float64Array | undefined {
  const short = bodyAt(table, 'stco')
  const box = short ?? bodyAt(table, 'co64')
  if (box === undefined) return undefined
  const view = viewOf(box)
  const chunks = view.getUint32(4)
  if (chunks > MAX_SAMPLES) return undefined
  const offsets = new Float64Array(chunks)
  for (let chunk = 0; chunk < chunks; chunk++) {
    offsets[chunk] = short ? view.getUint32(8 + 4 * chunk) : Number(view.getBigUint64(8 + 8 * chunk))
  }
  return offsets
}

/** Of an edit list: by how much the track begins late, from where it is shown, for how long (0: all). */
type Shift = { readonly delayTicks: number; readonly mediaTicks: number; readonly editTicks: number }

/** elst: empty edits first, then one at the usual speed; undefined for any other list. */
function readShift(elst: Uint8Array | undefined): Shift | undefined {
  if (elst === undefined) return { delayTicks: 0, mediaTicks: 0, editTicks: 0 }
  const view = viewOf(elst)
  const isLong = elst[0] === 1
  const edits = view.getUint32(4)
  let delayTicks = 0
  for (let edit = 0; edit < edits; edit++) {
    const at = 8 + edit * (isLong ? 20 : 12)
    const editTicks = isLong ? Number(view.getBigUint64(at)) : view.getUint32(at)
    const mediaTicks = isLong ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4)
    if (view.getUint32(at + (isLong ? 16 : 8)) !== 0x1_0000) return undefined
    if (mediaTicks >= 0) return edit === edits - 1 ? { delayTicks, mediaTicks, editTicks } : undefined
    delayTicks += editTicks
  }
  return { delayTicks, mediaTicks: 0, editTicks: 0 }
}
