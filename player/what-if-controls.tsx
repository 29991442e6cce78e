import { MAP_AXES } from '../simulation/map-axes.ts'
import { MAP_MEASURES } from '../simulation/map-figures.ts'
import { MEASURES, type MeasureKey } from '../stream/measure-table.ts'
import { controlOf, jitterBufferControl } from './map-axes-shown.ts'
import {
  burstControls,
  downlinkControls,
  mainControls,
  uplinkControls,
  type NetworkControl,
} from './network-controls.ts'
import { settingsOf, withSettings } from './network-profile.ts'
import { ChoiceRow, CongestionControlRow, PresetMenu, SeedRow, SliderRow } from './network-rows.tsx'
import type { WhatIf } from './what-if.ts'
import { ABR_RULES, DEFAULT_SEED, REPAIRS, RUN_SECONDS, withAxis, type MapShown } from './what-if-settings.ts'
import { networkWords, whatIfWords } from './words.ts'

const axes = MAP_AXES.map((word) => ({ word, text: controlOf(word).label }))
const measures = MAP_MEASURES.map(({ key }) => ({ word: key, text: MEASURES[key].label }))
const shownWords = (['winner', 'hls', 'udp'] as const).map((word) => ({ word, text: whatIfWords.shown[word] }))
/** What the map is of. */
export function MapChoices({ whatIf }: { whatIf: WhatIf }) {
  const settings = whatIf.settings.value
  const { x, y, measure, shown } = settings
  return (
    <div class="map-choices">
      <ChoiceRow<MeasureKey>
        label={whatIfWords.measure}
        title={whatIfWords.measureTitle}
        choices={measures}
        value={measure}
        onChange={(word) => whatIf.change({ measure: word })}
      />
      <ChoiceRow<MapShown>
        label={whatIfWords.shownLabel}
        title={whatIfWords.shownTitle}
        choices={shownWords}
        value={shown}
        onChange={(word) => whatIf.change({ shown: word })}
      />
      <ChoiceRow
        label={whatIfWords.up}
        title={whatIfWords.axisTitle}
        choices={axes}
        value={y}
        onChange={(word) => whatIf.change(withAxis(settings, 'y', word))}
      />
      <ChoiceRow
        label={whatIfWords.across}
        title={whatIfWords.axisTitle}
        choices={axes}
        value={x}
        onChange={(word) => whatIf.change(withAxis(settings, 'x', word))}
      />
    </div>
  )
}

/** Those that are no axis: the map has the others. */
function Sliders({ whatIf, controls }: { whatIf: WhatIf; controls: readonly NetworkControl[] }) {
  const { x, y, network } = whatIf.settings.value
  const set = settingsOf(withSettings(whatIf.base.value, network))
  return controls
    .filter(({ key }) => key !== x && key !== y)
    .map((control) => (
      <SliderRow
        key={control.key}
        control={control}
        value={set[control.key]}
        onChange={(value) => whatIf.setNetwork({ [control.key]: value })}
      />
    ))
}

function JitterBuffer({ whatIf }: { whatIf: WhatIf }) {
  const { x, y, jitterBufferMs } = whatIf.settings.value
  if (x === 'jitterBufferMs' || y === 'jitterBufferMs') return null
  return (
    <SliderRow
      control={jitterBufferControl}
      value={jitterBufferMs}
      onChange={(value) => whatIf.change({ jitterBufferMs: value })}
    />
  )
}

/** How the video is watched. */
function Sides({ whatIf }: { whatIf: WhatIf }) {
  const { variant, abr, repair, seconds } = whatIf.settings.value
  const variants = whatIf.variants.toReversed().map(({ name }) => ({ word: name, text: name }))
  return (
    <>
      <h3>{whatIfWords.sides}</h3>
      <ChoiceRow
        label={whatIfWords.variant}
        title={whatIfWords.variantTitle}
        choices={variants}
        value={variant ?? variants[0]?.word ?? ''}
        onChange={(word) => whatIf.change({ variant: word === variants[0]?.word ? undefined : word })}
      />
      {ABR_RULES.length > 1 && (
        <ChoiceRow
          label={whatIfWords.abr}
          title={whatIfWords.abrTitle}
          choices={ABR_RULES.map((word) => ({ word, text: whatIfWords.abrRules[word] }))}
          value={abr}
          onChange={(word) => whatIf.change({ abr: word })}
        />
      )}
      {REPAIRS.length > 1 && (
        <ChoiceRow
          label={whatIfWords.repair}
          title={whatIfWords.repairTitle}
          choices={REPAIRS.map((word) => ({ word, text: whatIfWords.repairs[word] }))}
          value={repair}
          onChange={(word) => whatIf.change({ repair: word })}
        />
      )}
      <JitterBuffer whatIf={whatIf} />
      <ChoiceRow
        label={whatIfWords.seconds}
        title={whatIfWords.secondsTitle}
        choices={RUN_SECONDS.map((word) => ({ word: String(word), text: `${word} s` }))}
        value={String(seconds)}
        onChange={(word) => whatIf.change({ seconds: Number(word) })}
      />
    </>
  )
}

function MoreOfTheNetwork({ whatIf }: { whatIf: WhatIf }) {
  const { congestionControl } = settingsOf(withSettings(whatIf.base.value, whatIf.settings.value.network))
  return (
    <details class="fold network-more">
      <summary>{networkWords.more}</summary>
      <Sliders whatIf={whatIf} controls={downlinkControls} />
      <h3>{networkWords.uplink}</h3>
      <Sliders whatIf={whatIf} controls={uplinkControls} />
      <CongestionControlRow
        value={congestionControl}
        onChange={(word) => whatIf.setNetwork({ congestionControl: word })}
      />
    </details>
  )
}

/** Everything that the map depends on and that is none of its axes; each change begins it anew at once. */
export function WhatIfControls({ whatIf }: { whatIf: WhatIf }) {
  const { network } = whatIf.settings.value
  const { lossKind } = settingsOf(withSettings(whatIf.base.value, network))
  const burst = lossKind === 'random' ? [] : [burstControls[lossKind]]
  return (
    <section class="network" aria-labelledby="network-title">
      <div class="network-head">
        <h2 id="network-title">{networkWords.title}</h2>
        <PresetMenu
          presets={whatIf.presets.value}
          value={whatIf.settings.value.preset}
          onApply={(name) => whatIf.applyPreset(name)}
        />
      </div>
      <Sliders whatIf={whatIf} controls={[...mainControls, ...burst]} />
      <MoreOfTheNetwork whatIf={whatIf} />
      <Sides whatIf={whatIf} />
      <SeedRow seed={network.seed ?? DEFAULT_SEED} onChange={(seed) => whatIf.setNetwork({ seed })}>
        {null}
      </SeedRow>
    </section>
  )
}
