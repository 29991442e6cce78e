import { sidesIn, type CompareSettings } from './settings.ts'
import type { Viewing } from './viewing.ts'
import { pairWords } from './words.ts'

/** One of them large, or both: the position is kept. */
export function ViewSwitch({ viewing }: { viewing: Viewing }) {
  return (
    <fieldset class="view-switch">
      <legend class="visually-hidden">{pairWords.view}</legend>
      {(['hls', 'udp', 'both'] as const).map((view) => (
        <label key={view}>
          <input
            class="visually-hidden"
            type="radio"
            name="view"
            value={view}
            checked={viewing.settings.value.side === view}
            onChange={() => viewing.switchTo(view)}
          />
          {sidesIn(view).map((name) => (
            <i key={name} class={`mark ${name}`} aria-hidden="true" />
          ))}
          {pairWords.views[view]}
        </label>
      ))}
    </fieldset>
  )
}

/** UDP has no ABR, so HLS with ABR and HLS at a fixed variant are two different comparisons. */
function comparisonOf({ hls, udp }: CompareSettings['variants'], udpShown: string | undefined): string {
  const { adaptive, alike, fixed } = pairWords.comparison
  const udpVariant = udp ?? udpShown ?? pairWords.best
  if (hls === undefined) return adaptive(udpVariant)
  return hls === udpVariant ? alike(hls) : fixed(hls, udpVariant)
}

/** Which comparison runs, in words. */
export function ComparisonLine({ viewing }: { viewing: Viewing }) {
  const { side, variants } = viewing.settings.value
  if (side !== 'both') return null
  return <p class="comparison">{comparisonOf(variants, viewing.sides.value.udp?.status.value.variant)}</p>
}
