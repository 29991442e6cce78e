import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outlineSegment, type Outline, type OutlineSegment } from '../protocol/outline.ts'
import { readPackedAudio, type PackedAudioSegment } from '../protocol/packed-audio.ts'
import { audioCodec } from './variant-codecs.ts'

/** The outline of a variant of packed audio, out of the folder in which `writePackedAudio` has left it. One segment is in
 *  memory at a time. Rejects for a folder without segments, and for a file that is none. */
export async function readSoundOutline(folder: string, variant: string): Promise<Outline> {
  const names = (await readdir(folder)).filter((name) => /^\d{5,}\.aac$/.test(name)).toSorted()
  const segments: OutlineSegment[] = []
  let head: Omit<Outline, 'segments'> | undefined
  let unitSeconds = 0
  let units = 0
  for (const uri of names) {
    const { sizeBytes, ...sound } = await readSegment(join(folder, uri))
    head ??= headOf(sound, variant)
    unitSeconds ||= head.audio === undefined ? 0 : head.audio.samplesPerFrame / head.audio.sampleRateHz
    const place = { uri, sizeBytes, originTicks: head.originTicks, startSeconds: units * unitSeconds }
    const durationSeconds = sound.audio.length * unitSeconds
    segments.push(outlineSegment({ ...sound, video: [], pcrs: [] }, { ...place, durationSeconds }))
    units += sound.audio.length
  }
  if (head === undefined) throw new Error(`${folder} has no segments`)
  return { ...head, segments }
}

async function readSegment(path: string): Promise<PackedAudioSegment & { readonly sizeBytes: number }> {
  const bytes = await readFile(path)
  const read = readPackedAudio(bytes)
  const fault = read.ok ? read.value.faults[0] : read.fault
  if (!read.ok || fault !== undefined) throw new Error(`${path} is no packed audio: ${JSON.stringify(fault)}`)
  return { ...read.value, sizeBytes: bytes.length }
}

function headOf({ audio: [first], ...sound }: PackedAudioSegment, variant: string): Omit<Outline, 'segments'> {
  const originTicks = first?.ptsTicks ?? 0
  return { format: 'weir-outline', version: 1, variant, originTicks, ...audioCodec(sound), ended: true }
}
