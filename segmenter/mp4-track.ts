import { bodyAt, boxesIn, viewOf } from './mp4-boxes.ts'
import { ValueCursor, readPlaces, readSizes, readSyncSamples, readValueRuns, type ValueRuns } from './mp4-tables.ts'
import type { SourcePictures } from './source-pictures.ts'

/** What an MP4 or MOV file's index tells of a track. It keeps what is asked of it and no more: of an hour's sound the sizes
 *  alone, 4 bytes an access unit. */
export type Mp4Track = {
  readonly handler: string // vide, soun
  readonly format: string // of its one sample description: avc1, mp4a
  readonly description: Uint8Array // the body of that
  readonly timescaleHz: number
  readonly startSeconds: number // of what is shown first: the edit list applied
  readonly endSeconds: number // of what is shown last, with its duration
  readonly durations: ValueRuns // of the time scale: from each decode time to the next
  readonly sizesBytes: Uint32Array // in decode order
  readonly endBytes: number // in the file, of all samples
  readonly pictures?: Mp4Pictures // of a track of pictures
}

/** The pictures in decode order, and where in the file each that is marked as a keyframe lies. */
export type Mp4Pictures = SourcePictures & { readonly keyframeOffsetsBytes: Float64Array }

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
  const handlerBox = bodyAt(trak, 'mdia', 'hdlr')
  const table = bodyAt(trak, 'mdia', 'minf', 'stbl')
  const description = table && soleDescription(bodyAt(table, 'stsd'))
  const shift = readShift(bodyAt(trak, 'edts', 'elst'))
  if (!header || !handlerBox || !table || !description || !shift) return undefined
  const timescaleHz = viewOf(header).getUint32(header[0] === 1 ? 20 : 12)
  const handler = textAt(handlerBox, 8)
  const sizesBytes = readSizes(bodyAt(table, 'stsz'))
  if (sizesBytes === undefined || timescaleHz === 0) return undefined
  const isPicture = handler === 'vide'
  const isKeyframe = isPicture ? readSyncSamples(bodyAt(table, 'stss'), sizesBytes.length) : new Uint8Array(0)
  if (isKeyframe === undefined) return undefined
  const places = readPlaces(table, sizesBytes, isKeyframe)
  const times = readTimes(table, sizesBytes.length, { shift, timescaleHz, movieTimescaleHz, isPicture })
  if (places === undefined || times === undefined) return undefined
  const { ptsSeconds, ...span } = times
  const { endBytes, keyframeOffsetsBytes } = places
  const pictures = { ptsSeconds, sizesBytes, isKeyframe, keyframeOffsetsBytes }
  const told = { handler, ...description, timescaleHz, ...span, sizesBytes, endBytes }
  return isPicture ? { ...told, pictures } : told
}

type Scale = {
  readonly shift: Shift
  readonly timescaleHz: number
  readonly movieTimescaleHz: number
  readonly isPicture: boolean
}

/** stts and ctts: when each sample is shown; of pictures one by one, of sound when it begins and ends. */
function readTimes(table: Uint8Array, samples: number, { shift, timescaleHz, movieTimescaleHz, isPicture }: Scale) {
  const durations = readValueRuns(bodyAt(table, 'stts'), samples)
  const offsets = bodyAt(table, 'ctts')
  const delays = offsets === undefined ? undefined : readValueRuns(offsets, samples)
  if (durations === undefined || (offsets !== undefined && delays === undefined)) return undefined
  if (durations.values.some((ticks) => ticks < 0)) return undefined
  const secondsAt = (ticks: number): number =>
    (ticks - shift.mediaTicks) / timescaleHz + shift.delayTicks / movieTimescaleHz
  const [duration, delay] = [new ValueCursor(durations), delays && new ValueCursor(delays)]
  const ptsSeconds = new Float64Array(isPicture ? samples : 0)
  let [dtsTicks, firstTicks, endTicks, lastTicks] = [0, Infinity, 0, 0]
  for (let sample = 0; sample < samples; sample++) {
    const shownTicks = dtsTicks + (delay?.next() ?? 0)
    lastTicks = duration.next()
    dtsTicks += lastTicks
    firstTicks = Math.min(firstTicks, shownTicks)
    endTicks = Math.max(endTicks, shownTicks + lastTicks)
    if (isPicture) ptsSeconds[sample] = secondsAt(shownTicks)
  }
  if (isPicture && firstTicks < shift.mediaTicks) return undefined // decoded, but not shown
  const editedTicks = shift.editTicks === 0 ? Infinity : (shift.editTicks / movieTimescaleHz) * timescaleHz
  const restTicks = endTicks - shift.mediaTicks - editedTicks
  if (restTicks > (isPicture ? 0.5 : 1.5) * lastTicks) return undefined
  return { durations, ptsSeconds, startSeconds: secondsAt(firstTicks), endSeconds: secondsAt(endTicks) }
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4))
}

/** A copy: a view would keep the whole box in memory. */
function soleDescription(stsd: Uint8Array | undefined): Pick<Mp4Track, 'format' | 'description'> | undefined {
  if (stsd === undefined || viewOf(stsd).getUint32(4) !== 1) return undefined
  const [entry] = boxesIn(stsd.subarray(8))
  return entry && { format: entry.type, description: entry.body.slice() }
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
