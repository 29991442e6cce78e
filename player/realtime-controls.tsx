import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { LinkPreset } from '../link/presets.ts'
import { requestJson } from './api.ts'
import type { SliderControl } from './network-controls.ts'
import { SeedRow, SliderRow } from './network-rows.tsx'
import { realtimeBounds, type RealtimePageSettings } from './realtime-settings.ts'
import { realtimeWords } from './realtime-words.ts'

const rates: SliderControl = control('eventsPerSecond', {
  label: realtimeWords.events,
  title: realtimeWords.eventsTitle,
  unit: realtimeWords.eventsUnit,
  stops: [0, 1, 2, 5, 10, 20, 50, 100, 200],
})
const sizes: SliderControl = control('eventBytes', {
  label: realtimeWords.size,
  title: realtimeWords.sizeTitle,
  unit: 'B',
  stops: [100, 200, 500, 1000, 2000, 4000],
})
const polls: SliderControl = control('pollMs', {
  label: realtimeWords.poll,
  title: realtimeWords.pollTitle,
  unit: 'ms',
  stops: [20, 50, 100, 250, 500, 1000, 2000, 5000, 10_000],
})

function control(
  key: keyof typeof realtimeBounds,
  { label, title, unit, stops }: Pick<SliderControl, 'label' | 'title' | 'unit' | 'stops'>,
): SliderControl {
  const { min, max } = realtimeBounds[key]
  return {
    key,
    label,
    title,
    unit,
    stops,
    toShown: (value) => value,
    fromShown: (text) => {
      const value = Number(text)
      return text !== '' && Number.isInteger(value) && value >= min && value <= max ? value : undefined
    },
  }
}

export type ControlsProps = {
  readonly settings: RealtimePageSettings
  readonly onChange: (change: Partial<RealtimePageSettings>) => void
}

/** What happens how often, and what lies between. */
export function RealtimeControls({ settings, onChange }: ControlsProps) {
  return (
    <div class="realtime-controls">
      <SliderRow
        control={rates}
        value={settings.eventsPerSecond}
        onChange={(eventsPerSecond) => onChange({ eventsPerSecond })}
      />
      <SliderRow control={sizes} value={settings.eventBytes} onChange={(eventBytes) => onChange({ eventBytes })} />
      <SliderRow control={polls} value={settings.pollMs} onChange={(pollMs) => onChange({ pollMs })} />
      <div class="realtime-network">
        <Network preset={settings.preset} onChange={(preset) => onChange({ preset })} />
        <SeedRow seed={settings.seed} onChange={(seed) => onChange({ seed })}>
          {null}
        </SeedRow>
      </div>
    </div>
  )
}

function Network({ preset, onChange }: { preset: string; onChange: (preset: string) => void }) {
  const presets = useSignal<readonly LinkPreset[]>([])
  useEffect(() => {
    requestJson<readonly LinkPreset[]>('GET', '/api/link-presets').then(
      (all) => (presets.value = all),
      () => undefined, // the run itself says what is wrong
    )
  }, [])
  return (
    <label class="menu" title={realtimeWords.networkTitle}>
      <span class="visually-hidden">{realtimeWords.network}</span>
      <select value={preset} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">{realtimeWords.noNetwork}</option>
        {presets.value.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}
