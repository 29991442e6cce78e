import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { demuxMpegTs } from '../protocol/mpeg-ts-demuxer.ts'
import { readOggOpus } from '../protocol/ogg-opus-reader.ts'
import { readOutline, type Outline } from '../protocol/outline.ts'
import { OPUS_FOLDER } from '../segmenter/opus-sound.ts'
import type { SegmentUnits } from '../stream/live-segments.ts'
import type { OpenPresentation } from '../udp-relay/presentation-source.ts'

type Opened = Omit<OpenPresentation, 'close'>

/** The same pictures with the package's Opus in the place of their AAC; as it was where a package has none. */
export async function withOpus(presentation: Opened, packageFolder: string): Promise<Opened> {
  const folder = join(packageFolder, OPUS_FOLDER)
  const text = await readFile(join(folder, 'outline.json'), 'utf8').catch(() => undefined)
  const sound = text === undefined ? undefined : readOutline(text)
  if (sound === undefined || !sound.ok) return presentation
  const outline = outlineWith(presentation.outline(), sound.value)
  return {
    ...presentation,
    packageKey: `${presentation.packageKey}/opus`,
    outline: () => outline,
    async readUnits(index) {
      const uri = sound.value.segments[index]?.uri ?? ''
      const [pictures, packets] = await Promise.all([presentation.readSegment(index), readFile(join(folder, uri))])
      return unitsOf(pictures, packets, uri)
    },
  }
}

function outlineWith(pictures: Outline, sound: Outline): Outline {
  const segments = pictures.segments.map((segment, index) => {
    const { audio: _, ...silent } = segment
    const audio = sound.segments[index]?.audio
    return audio === undefined ? silent : { ...silent, audio }
  })
  return { ...pictures, ...(sound.audio === undefined ? {} : { audio: sound.audio }), segments }
}

function unitsOf(pictures: Uint8Array, packets: Uint8Array, uri: string): SegmentUnits {
  const [demuxed, opus] = [demuxMpegTs(pictures), readOggOpus(packets)]
  if (!demuxed.ok) throw new Error(`the pictures beside ${uri} cannot be read: ${JSON.stringify(demuxed.fault)}`)
  if (!opus.ok) throw new Error(`${uri} cannot be read: ${JSON.stringify(opus.fault)}`)
  return { video: demuxed.value.video, audio: opus.value.packets.map((data) => ({ data })) }
}
