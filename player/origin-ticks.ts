import { fetchApart } from './fetch-apart.ts'

const MOST_CHARACTERS = 65_536 // it stands in the outline's head, before the segments

/** The presentation time of a variant's first picture in its .ts files, 90 kHz: an outline of a film is megabytes, of which
 *  this reads the beginning. Undefined when there is none. */
export async function originTicksOf(outlineAddress: string): Promise<number | undefined> {
  const response = await fetchApart(outlineAddress).catch(() => undefined)
  if (!response?.ok || response.body === null) return undefined
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  try {
    while (text.length < MOST_CHARACTERS) {
      const { done, value } = await reader.read()
      if (done) return undefined
      text += value
      const found = /"originTicks":(\d+),/.exec(text)?.[1]
      if (found !== undefined) return Number(found)
    }
  } catch {
    return undefined // it broke off
  } finally {
    void reader.cancel().catch(() => undefined)
  }
  return undefined
}
