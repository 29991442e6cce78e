import { ThirdMenu } from './udp-controls.tsx'
import type { Viewing } from './viewing.ts'
import { pairWords, sideWords } from './words.ts'

/** How the two sides go together: in step or each for itself, how far apart, and which one is heard. */
export function PairControls({ viewing }: { viewing: Viewing }) {
  const { side, inStep } = viewing.settings.value
  if (side !== 'both') return null
  return (
    <div class="pair-controls">
      {!viewing.isLive && (
        <label class="check-row" title={pairWords.holdInStepTitle}>
          <input
            type="checkbox"
            checked={inStep}
            onChange={({ currentTarget }) => viewing.change({ inStep: currentTarget.checked })}
          />
          {pairWords.holdInStep}
        </label>
      )}
      {!viewing.isLive && <Apart viewing={viewing} />}
      <SoundMenu viewing={viewing} />
      <ThirdMenu viewing={viewing} />
    </div>
  )
}

function Apart({ viewing }: { viewing: Viewing }) {
  const aheadMs = viewing.stepHold.value?.aheadMs.value
  return (
    <output class="apart" title={pairWords.apartTitle} data-ahead-ms={aheadMs}>
      {aheadMs === undefined ? '\u00a0' : pairWords.apart(aheadMs)}
    </output>
  )
}

function SoundMenu({ viewing }: { viewing: Viewing }) {
  return (
    <label class="menu small">
      <span class="menu-label">{pairWords.sound}</span>
      <select
        aria-label={pairWords.soundFrom}
        value={viewing.settings.value.soundFrom}
        onChange={({ currentTarget: { value } }) => viewing.hearFrom(value === 'udp' ? 'udp' : 'hls')}
      >
        {(['hls', 'udp'] as const).map((name) => (
          <option key={name} value={name}>
            {sideWords[name]}
          </option>
        ))}
      </select>
    </label>
  )
}
