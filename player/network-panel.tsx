import { Icon } from './icons.tsx'
import type { NetworkLink } from './network-link.ts'
import { nearestStop, networkControls, type NetworkControl } from './network-controls.ts'

function SliderRow({
  control,
  value,
  onChange,
}: {
  control: NetworkControl
  value: number
  onChange: (value: number) => void
}) {
  const { key, label, title, unit, stops, toShown, fromShown } = control
  const shown = value === Infinity ? '' : String(toShown(value))
  const spoken = value === Infinity ? 'unlimited' : `${shown} ${unit}`
  return (
    <div class="slider-row" title={title}>
      <label for={`network-${key}`}>{label}</label>
      <input
        id={`network-${key}`}
        type="range"
        min={0}
        max={stops.length - 1}
        step={1}
        value={nearestStop(stops, value)}
        aria-valuetext={spoken}
        onInput={(event) => onChange(stops[Number(event.currentTarget.value)]!)}
      />
      <input
        class="exact"
        type="text"
        inputMode="decimal"
        value={shown}
        placeholder={value === Infinity ? '∞' : ''}
        aria-label={`${label}, exact, ${unit}`}
        onChange={(event) => {
          const next = fromShown(event.currentTarget.value)
          if (next === undefined) event.currentTarget.value = shown
          else onChange(next)
        }}
      />
      <span class="unit">{unit}</span>
    </div>
  )
}

function SeedRow({ seed, onChange }: { seed: number; onChange: (seed: number) => void }) {
  return (
    <div class="slider-row seed-row" title="The same seed and the same settings lose the same packets again.">
      <label for="network-seed">Seed</label>
      <input
        id="network-seed"
        class="exact"
        type="number"
        min={0}
        max={4_294_967_295}
        step={1}
        value={seed}
        onChange={(event) => {
          const next = Number(event.currentTarget.value)
          if (event.currentTarget.checkValidity() && Number.isInteger(next)) onChange(next)
          else event.currentTarget.value = String(seed)
        }}
      />
      <button
        type="button"
        class="icon-button"
        aria-label="Another seed"
        title="Another seed"
        onClick={() => onChange(Math.floor(Math.random() * 10_000))}
      >
        <Icon name="dice" />
      </button>
    </div>
  )
}

function PresetMenu({ link }: { link: NetworkLink }) {
  return (
    <label class="menu">
      <span class="visually-hidden">Preset</span>
      <select
        value={link.presetName.value}
        onChange={(event) => link.applyPreset(event.currentTarget.value)}
        title="A named network"
      >
        {link.presetName.value === '' && <option value="">Your own</option>}
        {link.presets.value.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}

/** The link's settings; each change acts at once and stands in the page's address. */
export function NetworkPanel({ link }: { link: NetworkLink }) {
  const network = link.settings.value
  return (
    <section class="network" aria-labelledby="network-title">
      <div class="network-head">
        <h2 id="network-title">Network</h2>
        <PresetMenu link={link} />
      </div>
      <p class="network-note">The network acts on UDP only in this version: HLS is shown as it is without it.</p>
      {networkControls.map((control) => (
        <SliderRow
          key={control.key}
          control={control}
          value={network[control.key]}
          onChange={(value) => link.change({ [control.key]: value })}
        />
      ))}
      <SeedRow seed={network.seed} onChange={(seed) => link.change({ seed })} />
      {link.problem.value !== undefined && (
        <p class="network-problem" role="alert">
          {link.problem.value}
        </p>
      )}
    </section>
  )
}
