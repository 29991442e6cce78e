export type SeenPart = { readonly name: string; readonly atMs: number }

const PARTS_OF_SEGMENT = 10

/** Reloads a media playlist as a low-latency player does: each time for the part that the hint names. Tells the name of each
 *  part and when it was there. */
export async function followParts(url: string, count: number): Promise<readonly SeenPart[]> {
  const seen: SeenPart[] = []
  let query = ''
  while (seen.length < count) {
    const text = await (await fetch(`${url}${query}`)).text()
    const hint = /PRELOAD-HINT:TYPE=PART,URI="(\d+)\.(\d+)\.m4s"/.exec(text)
    const name = [...text.matchAll(/EXT-X-PART:.*URI="([^"]+)"/g)].at(-1)?.[1]
    if (hint === null || name === undefined) throw new Error(text)
    if (query !== '') seen.push({ name, atMs: performance.now() })
    query = `?_HLS_msn=${hint[1]}&_HLS_part=${hint[2]}`
  }
  return seen
}

/** So many names from the first on, of a looped channel. */
export function partNames(first: string, count: number): readonly string[] {
  const [sequence = 0, part = 0] = first.split('.').map(Number)
  return Array.from({ length: count }, (_, index) => {
    const at = sequence * PARTS_OF_SEGMENT + part + index
    return `${Math.floor(at / PARTS_OF_SEGMENT)}.${at % PARTS_OF_SEGMENT}.m4s`
  })
}
