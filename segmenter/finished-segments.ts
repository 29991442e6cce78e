/** How many segments ffmpeg has finished, by its own list: it names a segment after closing it. The list is written in
 *  place, so a line counts only with its end; it names the last three. */
export function finishedSegments(listText: string): number {
  const names = [...listText.matchAll(/^(?:.*\/)?(\d+)\.ts\n/gm)]
  return Math.max(0, ...names.map(([, number]) => Number(number) + 1))
}
