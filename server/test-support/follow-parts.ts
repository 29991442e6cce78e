export type SeenPart = { readonly name: string; readonly atMs: number }

const PARTS_OF_SEGMENT = 10

/** Reloads a media playlist as a low-latency player does: each time for the part that the hint names. Tells the name of each
 *  part and when it was there. */
export async function followParts(url: string, count: number): Promise<readonly SeenPart[]> {
  const seen: SeenPart[] = []
  let query = ''
  let last = ''
  while (seen.length < count) {
    const text = await (await fetch(`${url}${query}`)).text()
    const hint = /PRELOAD-HINT:TYPE=PART,URI="(\d+)\.(\d+)\.m4s"/.exec(text)
    const names = [...text.matchAll(/EXT-X-PART:.*URI="([^"]+)"/g)].map(([, name = '']) => name)
    if (hint === null || names.length === 0) throw new Error(text)
    // On a busy machine the next one may be there as well before the answer is written.
    for (const name of names.slice(names.indexOf(last) + 1)) {
      if (query !== '') seen.push({ name, atMs: performance.now() })
    }
    last = names.at(-1) ?? ''
    query = `?_HLS_msn=${hint[1]}&_HLS_part=${hint[2]}`
  }
  return seen.slice(0, count)
}

/** So many names from the first on, of a looped channel. */
export function partNames(first: string, count: number): readonly string[] {
  const [sequence = 0, part = 0] = first.split('.').map(Number)
  return Array.from({ length: count }, (_, index) => {
    const at = sequence * PARTS_OF_SEGMENT + part + index
    return `${Math.floor(at / PARTS_OF_SEGMENT)}.${at % PARTS_OF_SEGMENT}.m4s`
  })
}
