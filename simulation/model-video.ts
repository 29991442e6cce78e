import type { SimulatedVideo } from './experiment.ts'
import { modelOutline } from './model-outline.ts'
import type { ScenarioSource } from './scenario.ts'

/** The video of a modelled source: its variants have the same pictures at the same times. */
export function modelVideo({ seconds, variants }: ScenarioSource & { readonly kind: 'model' }): SimulatedVideo {
  const outlines = variants
    .toSorted((a, b) => a.bitsPerSecond - b.bitsPerSecond)
    .map(({ name, bitsPerSecond, heightPixels, framesPerSecond }) =>
      modelOutline({
        seconds: 4 * Math.ceil(seconds / 4), // whole segments
        videoBitsPerSecond: bitsPerSecond,
        framesPerSecond,
        variant: name,
        widthPixels: 2 * Math.round((heightPixels * 8) / 9), // 16:9, even
        heightPixels,
      }),
    )
  return { title: 'modelled', outlines }
}
