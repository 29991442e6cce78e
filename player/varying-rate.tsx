import { useSignal } from '@preact/signals'
import { generatedSteps } from '../link/generators.ts'
import type { LinkProfile, ProfileRead, RateGenerator } from '../link/profile.ts'
import { stepsOfTrace } from '../link/rate-facts.ts'
import type { RateStep } from '../link/stepped-rate.ts'
import { FileButton } from './file-button.tsx'
import { generatorForms, shownField, withField, type GeneratorField } from './network-generators.ts'
import type { NetworkLink } from './network-link.ts'
import { withTrace } from './network-profile.ts'
import { ChoiceRow, type Choice } from './network-rows.tsx'
import type { NetworkSettings } from './settings.ts'
import { rateWords } from './words.ts'
import { RateSketch } from './rate-sketch.tsx'

type Direction = 'downlink' | 'uplink'
type Kind = RateGenerator['kind'] | 'constant' | 'trace'

const directions: readonly Choice<Direction>[] = [
  { word: 'downlink', text: rateWords.downlink },
  { word: 'uplink', text: rateWords.uplink },
]
const generators = Object.entries(generatorForms).map(([word, { title }]) => ({ word: word as Kind, text: title }))

/** Where a line begins that did not vary: a rate that both sides of a video feel. */
const CONSTANT_BITS_PER_SECOND = 6_000_000

function kindOf(profile: LinkProfile, direction: Direction): Kind {
  const { trace, generator } = profile[direction] ?? {}
  return generator?.kind ?? (trace === undefined ? 'constant' : 'trace')
}

/** The settings that give the line another kind of rate. */
function settingsFor(kind: Kind, direction: Direction): Partial<NetworkSettings> {
  if (kind === 'trace') return {}
  const isDown = direction === 'downlink'
  if (kind === 'constant') {
    return isDown
      ? { rateBitsPerSecond: CONSTANT_BITS_PER_SECOND }
      : { uplinkRateBitsPerSecond: CONSTANT_BITS_PER_SECOND }
  }
  const { start } = generatorForms[kind]
  return isDown ? { generator: start } : { uplinkGenerator: start }
}

function stepsOf({ seed, ...profile }: LinkProfile, direction: Direction): readonly RateStep[] | undefined {
  const { trace, generator } = profile[direction] ?? {}
  if (generator !== undefined) return generatedSteps(generator, seed)
  return trace === undefined ? undefined : stepsOfTrace(trace)
}

function FieldRow({
  generator,
  field,
  onChange,
}: {
  generator: RateGenerator
  field: GeneratorField
  onChange: (generator: RateGenerator) => void
}) {
  const shown = shownField(generator, field)
  return (
    <label class="field-row" title={field.title}>
      <span>{field.label}</span>
      <input
        class={field.isList ? 'exact list' : 'exact'}
        type="text"
        inputMode="decimal"
        value={shown}
        onChange={(event) => {
          const next = withField(generator, field, event.currentTarget.value)
          if (next === undefined) event.currentTarget.value = shown
          else onChange(next)
        }}
      />
      <span class="unit">{field.unit}</span>
    </label>
  )
}

/** A rate that changes by itself: made from a few numbers, or as a trace file has it. */
export function VaryingRate({ link }: { link: NetworkLink }) {
  const direction = useSignal<Direction>('downlink')
  const problems = useSignal<readonly string[]>([])
  const profile = link.profile.value
  const kind = kindOf(profile, direction.value)
  const { generator } = profile[direction.value] ?? {}
  const steps = stepsOf(profile, direction.value)
  const openTrace = async (file: File) => {
    const { readTraceFile } = await import('./trace-file.ts')
    const read: ProfileRead = await readTraceFile(file)
    problems.value = read.ok ? [] : read.problems.map((problem) => `${file.name}: ${problem}`)
    if (read.ok) link.replace(withTrace(link.profile.value, read.profile, direction.value))
  }
  return (
    <div class="varying-rate">
      <ChoiceRow
        label={rateWords.line}
        title={rateWords.lineTitle}
        choices={directions}
        value={direction.value}
        onChange={(word) => (direction.value = word)}
      />
      <ChoiceRow
        label={rateWords.kind}
        title={rateWords.kindTitle}
        choices={[
          { word: 'constant', text: rateWords.constant },
          ...generators,
          ...(kind === 'trace' ? [{ word: 'trace' as const, text: rateWords.trace }] : []),
        ]}
        value={kind}
        onChange={(word) => link.change(settingsFor(word, direction.value))}
      />
      {generator !== undefined &&
        generatorForms[generator.kind].fields.map((field) => (
          <FieldRow
            key={field.key}
            generator={generator}
            field={field}
            onChange={(next) =>
              link.change(direction.value === 'downlink' ? { generator: next } : { uplinkGenerator: next })
            }
          />
        ))}
      {steps !== undefined && <RateSketch steps={steps} />}
      {kind === 'trace' && <p class="network-note">{rateWords.traceNote}</p>}
      <FileButton label={rateWords.open} title={rateWords.openTitle} onFile={openTrace} />
      {problems.value.length > 0 && (
        <ul class="network-problem" role="alert">
          {problems.value.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </div>
  )
}
