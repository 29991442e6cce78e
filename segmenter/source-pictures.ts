import { runChild } from './child-run.ts'
import { QUIETLY, type InspectOptions } from './inspect.ts'
import type { SourceFacts } from './source-facts.ts'
import { safeInputOptions, sourceUrl } from './source-input.ts'

/** All pictures of a source in decode order, as its container tells them. In columns, since a film has a million. */
export type SourcePictures = {
  readonly ptsSeconds: Float64Array // on the source's own clock; NaN where it tells none
  readonly sizesBytes: Uint32Array
  readonly isKeyframe: Uint8Array // 1 for one that the container marks
  readonly hasHiddenPictures?: boolean // before an edit list's start: decoded, not shown
}

/** Reads all of a source and decodes nothing. Rejects where ffprobe cannot. */
export async function readSourcePictures(
  path: string,
  { video }: SourceFacts,
  { tools, signal }: InspectOptions,
): Promise<SourcePictures> {
  const reader = new SourcePicturesReader()
  const fields = ['-select_streams', `${video.streamIndex}`, '-show_entries', 'packet=pts_time,size,flags']
  const args = [...QUIETLY, ...safeInputOptions, ...fields, '-of', 'csv=print_section=0', '-i', sourceUrl(path)]
  await runChild(tools.ffprobe.path, args, {
    ...(signal && { signal }),
    onStdout: (text) => reader.push(text),
  })
  return reader.end()
}

const FIRST_ROOM = 1024 // pictures

/** Folds ffprobe's lines `pts_time,size,flags`, one a packet, in pieces as they come. */
export class SourcePicturesReader {
  #unread = ''
  #pictures = 0
  #ptsSeconds = new Float64Array(FIRST_ROOM)
  #sizesBytes = new Uint32Array(FIRST_ROOM)
  #isKeyframe = new Uint8Array(FIRST_ROOM)
  #hasHiddenPictures = false

  push(text: string): void {
    const lines = (this.#unread + text).split('\n')
    this.#unread = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
  }

  end(): SourcePictures {
    this.#take(this.#unread)
    const count = this.#pictures
    return {
      ptsSeconds: this.#ptsSeconds.subarray(0, count),
      sizesBytes: this.#sizesBytes.subarray(0, count),
      isKeyframe: this.#isKeyframe.subarray(0, count),
      hasHiddenPictures: this.#hasHiddenPictures,
    }
  }

  #take(line: string): void {
    if (line === '') return
    if (this.#pictures === this.#ptsSeconds.length) this.#grow()
    const [pts = '', size = '', flags = ''] = line.split(',')
    this.#ptsSeconds[this.#pictures] = Number.parseFloat(pts)
    this.#sizesBytes[this.#pictures] = Number(size)
    this.#isKeyframe[this.#pictures] = flags.includes('K') ? 1 : 0
    this.#hasHiddenPictures ||= flags.includes('D')
    this.#pictures += 1
  }

  #grow(): void {
    const room = 2 * this.#pictures
    const [ptsSeconds, sizesBytes, isKeyframe] = [new Float64Array(room), new Uint32Array(room), new Uint8Array(room)]
    ptsSeconds.set(this.#ptsSeconds)
    sizesBytes.set(this.#sizesBytes)
    isKeyframe.set(this.#isKeyframe)
    this.#ptsSeconds = ptsSeconds
    this.#sizesBytes = sizesBytes
    this.#isKeyframe = isKeyframe
  }
}
