/** The show as data: which network counts for how long. The presets' names are those of link/presets.ts, the words stand in
 *  words.ts under the same keys. */

export type ShowKey = 'whole' | 'lossy' | 'slow' | 'wholeAgain'
export type ShowStep = { readonly key: ShowKey; readonly preset: string; readonly seconds: number }

/** Perfect, 2 % loss, 1 Mbit/s, perfect: 40 s. */
export const showSteps: readonly ShowStep[] = [
  { key: 'whole', preset: 'perfect', seconds: 7 },
  { key: 'lossy', preset: 'lossy', seconds: 12 },
  { key: 'slow', preset: 'slow', seconds: 13 },
  { key: 'wholeAgain', preset: 'perfect', seconds: 8 },
]

export const showSeconds = showSteps.reduce((sum, { seconds }) => sum + seconds, 0)

export type ShowMoment = { readonly step: ShowStep; readonly index: number; readonly progressRatio: number }

/** Where the show is so long after its beginning; undefined once it is over. A step begins at its very moment. */
export function showAt(elapsedMs: number): ShowMoment | undefined {
  let endMs = 0
  for (const [index, step] of showSteps.entries()) {
    endMs += step.seconds * 1000
    if (elapsedMs < endMs) return { step, index, progressRatio: elapsedMs / (showSeconds * 1000) }
  }
  return undefined
}
