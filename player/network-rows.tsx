import type { ComponentChildren } from 'preact'
import type { LinkPreset } from '../link/presets.ts'
import type { CongestionControl } from '../link/profile.ts'
import { Icon } from './icons.tsx'
import { nearestStop, type SliderControl } from './network-controls.ts'
import type { AsPreset } from './settings.ts'
import { congestionControlWords, networkWords } from './words.ts'

/** A slider over stops, and the exact figure beside it. A line that a preset varies has no one figure. */
export function SliderRow({
  control,
  value,
  onChange,
}: {
  control: SliderControl
  value: number | AsPreset
  onChange: (value: number) => void
}) {
  const { key, label, title, unit, stops, toShown, fromShown } = control
  const number = value === 'as-preset' ? Infinity : value
  const shown = number === Infinity ? '' : String(toShown(number))
  const spoken =
    value === 'as-preset' ? networkWords.asPreset : number === Infinity ? networkWords.unlimited : `${shown} ${unit}`
  return (
    <div class={value === 'as-preset' ? 'slider-row as-preset' : 'slider-row'} title={title}>
      <label for={`network-${key}`}>{label}</label>
      <input
        id={`network-${key}`}
        type="range"
        min={0}
        max={stops.length - 1}
        step={1}
        value={nearestStop(stops, number)}
        aria-valuetext={spoken}
        onInput={(event) => onChange(stops[Number(event.currentTarget.value)]!)}
      />
      <input
        class="exact"
        type="text"
        inputMode="decimal"
        value={shown}
        placeholder={value === 'as-preset' ? networkWords.varies : '∞'} // an empty field: no number of its own, or no limit
        aria-label={networkWords.exact(label, unit)}
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

export type Choice<Word extends string> = { readonly word: Word; readonly text: string }

export function ChoiceRow<Word extends string>({
  label,
  title,
  choices,
  value,
  onChange,
}: {
  label: string
  title: string
  choices: readonly Choice<Word>[]
  value: Word
  onChange: (word: Word) => void
}) {
  return (
    <label class="choice-row" title={title}>
      <span>{label}</span>
      <span class="menu">
        <select value={value} onChange={(event) => onChange(event.currentTarget.value as Word)}>
          {choices.map(({ word, text }) => (
            <option key={word} value={word}>
              {text}
            </option>
          ))}
        </select>
      </span>
    </label>
  )
}

const congestionControls = (['cubic', 'reno', 'bbr'] as const).map((word) => ({
  word,
  text: congestionControlWords[word],
}))

/** By which rule the modelled TCP sends. */
export function CongestionControlRow({
  value,
  onChange,
}: {
  value: CongestionControl
  onChange: (value: CongestionControl) => void
}) {
  return (
    <ChoiceRow
      label={networkWords.congestionControl}
      title={networkWords.congestionControlTitle}
      choices={congestionControls}
      value={value}
      onChange={onChange}
    />
  )
}

/** The presets by their titles; `own` is how a network is called that is none of them. */
export function PresetMenu({
  presets,
  value,
  own,
  onApply,
}: {
  presets: readonly Pick<LinkPreset, 'name' | 'title'>[]
  value: string | undefined
  own?: string | undefined
  onApply: (name: string) => void
}) {
  return (
    <label class="menu">
      <span class="visually-hidden">{networkWords.preset}</span>
      <select
        value={own === undefined ? value : ''}
        onChange={(event) => onApply(event.currentTarget.value)}
        title={networkWords.presetTitle}
      >
        {own !== undefined && <option value="">{own}</option>}
        {presets.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}

export function SwitchRow({
  label,
  title,
  isOn,
  onChange,
}: {
  label: string
  title: string
  isOn: boolean
  onChange: (isOn: boolean) => void
}) {
  return (
    <label class="switch-row" title={title}>
      <input type="checkbox" role="switch" checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  )
}

export function SeedRow({
  seed,
  onChange,
  children,
}: {
  seed: number
  onChange: (seed: number) => void
  children: ComponentChildren
}) {
  return (
    <div class="seed-row" title={networkWords.seedTitle}>
      <label for="network-seed">{networkWords.seed}</label>
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
        aria-label={networkWords.anotherSeed}
        title={networkWords.anotherSeed}
        onClick={() => onChange(Math.floor(Math.random() * 10_000))}
      >
        <Icon name="dice" />
      </button>
      {children}
    </div>
  )
}
