import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChildFailed, runChild } from '../child-run.ts'
import type { Tool } from '../tools.ts'
import type { PictureSize } from './rendition.ts'

const ENTRIES = 'stream=width,height,sample_aspect_ratio'

/** The size of the pictures in a segment, as ffprobe reads it; `parts` are its bytes with what must stand before them.
 *  Undefined when it sees none. */
export async function probePicture(
  ffprobe: Tool,
  parts: readonly Uint8Array[],
  signal?: AbortSignal,
): Promise<PictureSize | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-lint-'))
  try {
    const path = join(folder, 'segment')
    await writeFile(path, Buffer.concat(parts))
    const args = ['-v', 'error', '-protocol_whitelist', 'file', '-select_streams', 'v:0', '-show_entries', ENTRIES]
    const text = await runChild(ffprobe.path, [...args, '-of', 'json', path], signal === undefined ? {} : { signal })
    return pictureIn(text)
  } catch (error) {
    if (error instanceof ChildFailed) return undefined // what it cannot read, the rules tell
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Report = { readonly streams?: readonly { width?: number; height?: number; sample_aspect_ratio?: string }[] }

function pictureIn(text: string): PictureSize | undefined {
  const [stream] = (JSON.parse(text) as Report).streams ?? []
  const { width, height, sample_aspect_ratio: aspect = '1:1' } = stream ?? {}
  if (!width || !height) return undefined
  const [across = 1, down = 1] = aspect.split(':').map(Number)
  const ratio = across > 0 && down > 0 ? across / down : 1
  return { widthPixels: width, heightPixels: height, displayWidthPixels: Math.round(width * ratio) }
}
