import { useSignal } from '@preact/signals'
import type { ProfileChange } from '../link/profile.ts'
import { formatTime } from './format.ts'
import { Icon } from './icons.tsx'
import { changeAt, MOST_CHANGES, withChange, wordsOfChange, type PlannedChange } from './network-changes.ts'
import { mainControls, type NetworkControl } from './network-controls.ts'
import type { NetworkLink } from './network-link.ts'
import { lossAs } from './network-profile.ts'
import type { NetworkSettings } from './settings.ts'
import { changeWords } from './words.ts'

type Kind = PlannedChange['kind']

const [rateControl, delayControl, lossControl] = mainControls as readonly [
  NetworkControl,
  NetworkControl,
  NetworkControl,
]
const controlOf = { rate: rateControl, delay: delayControl, loss: lossControl } as const
const kinds: readonly Kind[] = ['rate', 'loss', 'delay', 'udp']
const NEXT_SECONDS = 10
const LATEST_SECONDS = 86_400

/** The change that the fields plan; undefined while their text makes no sense. */
function plannedOf(kind: Kind, text: string, settings: NetworkSettings): PlannedChange | undefined {
  if (kind === 'udp') return { kind, udpBlocked: text === 'blocked' }
  const value = controlOf[kind].fromShown(text)
  if (value === undefined) return undefined
  switch (kind) {
    case 'rate':
      return { kind, rateBitsPerSecond: value }
    case 'delay':
      return { kind, oneWayDelayMs: value }
    case 'loss':
      return { kind, loss: lossAs({ ...settings, lossRatio: value }) }
  }
}

/** The changes on a line of time, with the moment at which the link is now. */
function Timeline({ changes, nowSeconds }: { changes: readonly ProfileChange[]; nowSeconds: number | undefined }) {
  const endSeconds = Math.max(60, ...changes.map(({ atSeconds }) => atSeconds * 1.1))
  const place = (seconds: number) => `${(100 * Math.min(seconds, endSeconds)) / endSeconds}%`
  return (
    <div class="timeline" aria-hidden="true">
      <div class="timeline-line">
        {changes.map((change, index) => (
          <i key={index} style={{ left: place(change.atSeconds) }} title={wordsOfChange(change)} />
        ))}
        {nowSeconds !== undefined && <b style={{ left: place(nowSeconds) }} />}
      </div>
      <span>0:00</span>
      <span>{formatTime(endSeconds)}</span>
    </div>
  )
}

function NewChange({ link }: { link: NetworkLink }) {
  const { changes } = link.settings.value
  const atSeconds = useSignal(20)
  const kind = useSignal<Kind>('rate')
  const text = useSignal('1')
  const planned = plannedOf(kind.value, text.value, link.settings.value)
  const choose = (next: Kind) => {
    kind.value = next
    text.value = next === 'udp' ? 'blocked' : next === 'delay' ? '100' : next === 'loss' ? '2' : '1'
  }
  const add = () => {
    if (planned === undefined) return
    link.change({ changes: withChange(changes, changeAt(atSeconds.value, planned)) })
    atSeconds.value = Math.min(atSeconds.value + NEXT_SECONDS, LATEST_SECONDS)
  }
  return (
    <form
      class="new-change"
      onSubmit={(event) => {
        event.preventDefault()
        add()
      }}
    >
      <input
        class="exact"
        type="number"
        min={0}
        max={LATEST_SECONDS}
        step="any"
        aria-label={changeWords.at}
        title={changeWords.at}
        value={atSeconds.value}
        onInput={({ currentTarget }) => {
          if (currentTarget.value !== '' && currentTarget.checkValidity()) atSeconds.value = currentTarget.valueAsNumber
        }}
      />
      <span class="unit">s</span>
      <span class="menu">
        <select
          value={kind.value}
          aria-label={changeWords.what}
          onChange={({ currentTarget }) => choose(currentTarget.value as Kind)}
        >
          {kinds.map((word) => (
            <option key={word} value={word}>
              {changeWords.kinds[word]}
            </option>
          ))}
        </select>
      </span>
      {kind.value === 'udp' ? (
        <span class="menu udp-choice">
          <select
            value={text.value}
            aria-label={changeWords.kinds.udp}
            onChange={({ currentTarget }) => (text.value = currentTarget.value)}
          >
            <option value="blocked">{changeWords.blocked}</option>
            <option value="passes">{changeWords.passes}</option>
          </select>
        </span>
      ) : (
        <>
          <input
            class="exact"
            type="text"
            inputMode="decimal"
            placeholder="∞" // an empty field is no limit
            aria-label={`${changeWords.to}, ${controlOf[kind.value].unit}`}
            value={text.value}
            onInput={({ currentTarget }) => (text.value = currentTarget.value)}
          />
          <span class="unit">{controlOf[kind.value].unit}</span>
        </>
      )}
      <button type="submit" class="button small" disabled={planned === undefined || changes.length >= MOST_CHANGES}>
        {changeWords.add}
      </button>
    </form>
  )
}

/** What the network does by itself at a second of link time; each acts whenever the link comes by it. */
export function ScheduledChanges({ link }: { link: NetworkLink }) {
  const { changes } = link.settings.value
  const remove = (index: number) => link.change({ changes: changes.filter((_, place) => place !== index) })
  return (
    <div class="scheduled-changes">
      {changes.length > 0 && <Timeline changes={changes} nowSeconds={link.linkTimeSeconds.value} />}
      {changes.length === 0 && <p class="network-note">{changeWords.none}</p>}
      <ol>
        {changes.map((change, index) => (
          <li key={index}>
            <span class="change-at">{formatTime(change.atSeconds)}</span>
            <span class="change-what">{wordsOfChange(change)}</span>
            <button
              type="button"
              class="icon-button"
              aria-label={changeWords.remove(formatTime(change.atSeconds), wordsOfChange(change))}
              title={changeWords.removeTitle}
              onClick={() => remove(index)}
            >
              <Icon name="remove" />
            </button>
          </li>
        ))}
      </ol>
      <NewChange link={link} />
    </div>
  )
}
