import type { RunQuality, SideQuality } from '../protocol/weir-api.ts'
import { formatMeasure } from '../stream/measure-table.ts'
import { qualityWords, sideWords } from './words.ts'

const SIDES = ['hls', 'udp'] as const

/** What was measured of each side that showed something, and how. */
export function QualityFacts({ quality }: { quality: Pick<RunQuality, 'hls' | 'udp' | 'notes'> }) {
  const isEmpty = SIDES.every((side) => quality[side] === undefined)
  return (
    <>
      <ul class="quality-facts">
        {SIDES.map((side) => quality[side] && <Fact key={side} side={side} quality={quality[side]} />)}
      </ul>
      {[
        ...(isEmpty ? [qualityWords.none] : []),
        ...(quality.udp === undefined ? [] : [qualityWords.estimate]),
        ...quality.notes,
      ].map((note) => (
        <p key={note} class="run-note">
          {note}
        </p>
      ))}
    </>
  )
}

function Fact({ side, quality }: { side: (typeof SIDES)[number]; quality: SideQuality }) {
  const { ssim, ssimDb, slots, otherThanDueSlots, widthPixels, heightPixels } = quality
  const decibels = ssimDb === undefined ? undefined : formatMeasure('displayedSsimDb', ssimDb)
  return (
    <li data-side={side} data-value={ssim}>
      <i class={`mark ${side}`} aria-hidden="true" />
      <strong>{sideWords[side]}</strong> {qualityWords.ssim(formatMeasure('displayedSsim', ssim), decibels)}
      <small>{qualityWords.how(slots, otherThanDueSlots, `${widthPixels} × ${heightPixels}`)}</small>
    </li>
  )
}
