import type { CaptionTracks } from './caption-tracks.ts'
import { speedRatios, type SideName } from './settings.ts'
import type { Viewing } from './viewing.ts'
import { wayInPage } from './way-in-page.ts'
import { mediaWords, pairWords, sideWords } from './words.ts'

export type MenuVariants = readonly { readonly name: string }[]

/** Auto is ABR, which UDP has not: there the best one is fixed. */
function automatic(side: SideName, shown: string | undefined): string {
  const word = side === 'hls' ? pairWords.autoVariant : pairWords.bestVariant
  return shown === undefined ? word : `${word} (${shown})`
}

export function VariantMenu(props: { viewing: Viewing; side: SideName; variants: MenuVariants }) {
  const { viewing, side, variants } = props
  const shown = viewing.sides.value[side]?.status.value.variant
  return (
    <label class="menu small">
      <span class="visually-hidden">{pairWords.variantOf(sideWords[side])}</span>
      <select
        value={viewing.settings.value.variants[side] ?? ''}
        onChange={(event) => viewing.chooseVariant(side, event.currentTarget.value || undefined)}
      >
        <option value="">{automatic(side, shown)}</option>
        {variants.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Of HLS alone: UDP comes as fast as it is sent. Held in step with it, HLS has no speed of its own. */
export function SpeedMenu({ viewing }: { viewing: Viewing }) {
  const { side, inStep, speedRatio } = viewing.settings.value
  if (viewing.isLive) return null
  const isHeld = side === 'both' && inStep
  return (
    <label class="menu small" title={isHeld ? pairWords.speedInStep : pairWords.speed}>
      <span class="visually-hidden">{pairWords.speed}</span>
      <select
        value={isHeld ? 1 : speedRatio}
        disabled={isHeld}
        onChange={(event) => viewing.setSpeed(Number(event.currentTarget.value))}
      >
        {speedRatios.map((ratio) => (
          <option key={ratio} value={ratio}>
            {ratio}×
          </option>
        ))}
      </select>
    </label>
  )
}

/** Of WebRTC media alone: a change begins it anew where it is. */
export function NackSwitch({ viewing }: { viewing: Viewing }) {
  const { nack } = viewing.settings.value
  if (wayInPage(viewing.settings.value) !== 'media') return null
  return (
    <label class="check-row small" title={mediaWords.nackTitle}>
      <input type="checkbox" checked={nack} onChange={(event) => viewing.setNack(event.currentTarget.checked)} />
      {mediaWords.nack}
    </label>
  )
}

/** Not there for a video without captions. */
export function CaptionMenu({ captions }: { captions: CaptionTracks }) {
  if (captions.labels.value.length === 0) return null
  return (
    <label class="menu small">
      <span class="visually-hidden">{pairWords.captions}</span>
      <select
        value={captions.chosen.value ?? ''}
        onChange={({ currentTarget: { value } }) => captions.choose(value === '' ? undefined : Number(value))}
      >
        <option value="">{pairWords.noCaptions}</option>
        {captions.labels.value.map((label, index) => (
          <option key={label} value={index}>
            {label}
          </option>
        ))}
      </select>
    </label>
  )
}
