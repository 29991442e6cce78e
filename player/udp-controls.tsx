import { useSignal } from '@preact/signals'
import { readWay, wayNames, ways, type WayName } from '../protocol/ways.ts'
import type { Counters } from './counters.ts'
import { formatCount } from './format.ts'
import type { Viewing } from './viewing.ts'
import { jitterBufferWords, paneWords, wayWords } from './way-words.ts'

const thirdNames = wayNames.filter((name) => !ways[name].fallsBack && ways[name].receiver === 'ours') // with a lane of its own
const MOST_SLIDER_MS = 1000
const SLIDER_STEP_MS = 10

/** With which repair UDP comes to this picture, if with any. */
export function WayMenu({ viewing, pane }: { viewing: Viewing; pane: 'udp' | 'third' }) {
  const { way: first, third } = viewing.settings.value
  const way = pane === 'udp' ? first : (third ?? first)
  const choose = (name: WayName) => (pane === 'udp' ? viewing.chooseWay(name) : viewing.chooseThird(name))
  return (
    <label class="menu small way-menu" title={wayWords.titles[way]}>
      <span class="visually-hidden">{wayWords.menu}</span>
      <select value={way} onChange={({ currentTarget: { value } }) => choose(readWay(value) ?? way)}>
        {(pane === 'udp' ? wayNames : thirdNames).map((name) => (
          <option key={name} value={name}>
            {wayWords.options[name]}
          </option>
        ))}
      </select>
    </label>
  )
}

/** A third picture beside both sides. */
export function ThirdMenu({ viewing }: { viewing: Viewing }) {
  return (
    <label class="menu small third-menu" title={paneWords.thirdTitle}>
      <span class="menu-label">{paneWords.thirdMenu}</span>
      <select
        value={viewing.settings.value.third ?? ''}
        onChange={({ currentTarget: { value } }) => viewing.chooseThird(readWay(value))}
      >
        <option value="">{paneWords.noThird}</option>
        {thirdNames.map((name) => (
          <option key={name} value={name}>
            {wayWords.options[name]}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Its size against what came too late for it. It takes effect when the slider is let go: UDP begins anew with it. */
export function JitterBufferSlider({ viewing, counters }: { viewing: Viewing; counters: Counters }) {
  const { jitterBufferMs } = viewing.settings.value
  const movedMs = useSignal<number | undefined>(undefined)
  const shownMs = movedMs.value ?? jitterBufferMs
  return (
    <div class="jitter-buffer" title={jitterBufferWords.title}>
      <label for="jitter-buffer">{jitterBufferWords.label}</label>
      <input
        id="jitter-buffer"
        type="range"
        min={0}
        max={MOST_SLIDER_MS}
        step={SLIDER_STEP_MS}
        value={Math.min(shownMs, MOST_SLIDER_MS)}
        aria-valuetext={jitterBufferWords.spoken(shownMs)}
        onInput={({ currentTarget }) => (movedMs.value = currentTarget.valueAsNumber)}
        onChange={({ currentTarget }) => {
          movedMs.value = undefined
          viewing.setJitterBuffer(currentTarget.valueAsNumber)
        }}
      />
      <output class="jitter-buffer-size">{jitterBufferWords.size(shownMs)}</output>
      <TooLate counters={counters} />
    </div>
  )
}

function TooLate({ counters: { latePackets, lateRepairs = 0 } }: { counters: Counters }) {
  if (latePackets === undefined) return null
  const packets = latePackets + lateRepairs
  return (
    <span class={packets > 0 ? 'too-late faulty' : 'too-late'} title={jitterBufferWords.tooLateTitle}>
      {packets === 0 ? jitterBufferWords.inTime : jitterBufferWords.tooLate(formatCount(packets))}
    </span>
  )
}
