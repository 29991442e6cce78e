import { Icon } from './icons.tsx'
import type { NetworkLink } from './network-link.ts'
import {
  burstControls,
  downlinkControls,
  mainControls,
  uplinkControls,
  type NetworkControl,
} from './network-controls.ts'
import { ChoiceRow, SeedRow, SliderRow, SwitchRow } from './network-rows.tsx'
import { ProfileButtons } from './profile-buttons.tsx'
import { ScheduledChanges } from './scheduled-changes.tsx'
import { VaryingRate } from './varying-rate.tsx'
import { changeWords, profileWords, rateWords } from './words.ts'

const lossKinds = [
  { word: 'bad-moments', text: 'in bad moments' },
  { word: 'gilbert-elliott', text: 'in bursts of packets' },
  { word: 'random', text: 'packet by packet' },
] as const
const congestionControls = [
  { word: 'cubic', text: 'CUBIC' },
  { word: 'reno', text: 'Reno' },
  { word: 'bbr', text: 'BBR' },
] as const
const sharings = [
  { word: 'separate', text: 'one each, alike' },
  { word: 'shared', text: 'one for both' },
] as const

function PresetMenu({ link }: { link: NetworkLink }) {
  const base = link.base.value
  const isOwn = !link.isAsPreset.value
  return (
    <label class="menu">
      <span class="visually-hidden">Preset</span>
      <select
        value={isOwn ? '' : base?.name}
        onChange={(event) => link.applyPreset(event.currentTarget.value)}
        title="A named network"
      >
        {isOwn && <option value="">{base === undefined ? 'Your own' : `${base.title}, changed`}</option>}
        {link.presets.value.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  )
}

function Sliders({ controls, link }: { controls: readonly NetworkControl[]; link: NetworkLink }) {
  return controls.map((control) => (
    <SliderRow
      key={control.key}
      control={control}
      value={link.settings.value[control.key]}
      onChange={(value) => link.change({ [control.key]: value })}
    />
  ))
}

/** Losses drawn packet by packet cannot be alike for two senders. */
function LossNote({ link }: { link: NetworkLink }) {
  const { lossRatio, lossKind } = link.settings.value
  if (lossRatio === 0 || lossKind === 'bad-moments') return null
  return <p class="network-note">HLS and UDP meet the same statistics, not the same moments.</p>
}

function MoreSettings({ link }: { link: NetworkLink }) {
  const { lossKind, congestionControl, sharing } = link.settings.value
  const burst = lossKind === 'random' ? [] : [burstControls[lossKind]]
  return (
    <details class="fold network-more">
      <summary>More of this network</summary>
      {link.base.value !== undefined && (
        <p class="network-note">
          {link.base.value.title}: {link.base.value.source}.
        </p>
      )}
      <ChoiceRow
        label="Losses come"
        title="In bad moments, both sides lose what leaves at the same times. The other kinds draw for each packet."
        choices={lossKinds}
        value={lossKind}
        onChange={(word) => link.change({ lossKind: word })}
      />
      <Sliders controls={[...burst, ...downlinkControls]} link={link} />
      <h3>Uplink</h3>
      <Sliders controls={uplinkControls} link={link} />
      <h3>TCP and UDP</h3>
      <ChoiceRow
        label="Congestion control"
        title="How the modelled TCP sender of HLS finds its rate"
        choices={congestionControls}
        value={congestionControl}
        onChange={(word) => link.change({ congestionControl: word })}
      />
      <ChoiceRow
        label="Lines"
        title="One each: HLS and UDP never meet, and have the same weather. One for both: they compete in one queue. Another choice begins the network anew."
        choices={sharings}
        value={sharing}
        onChange={(word) => link.change({ sharing: word })}
      />
    </details>
  )
}

/** What one does not need to begin with, one fold a matter. Planned changes say how many they are. */
function Folds({ link }: { link: NetworkLink }) {
  const { length: planned } = link.settings.value.changes
  return (
    <>
      <details class="fold network-more">
        <summary>{rateWords.title}</summary>
        <VaryingRate link={link} />
      </details>
      <details class="fold network-more">
        <summary>
          {changeWords.title}
          {planned > 0 && ` (${planned})`}
        </summary>
        <ScheduledChanges link={link} />
      </details>
      <details class="fold network-more">
        <summary>{profileWords.title}</summary>
        <ProfileButtons link={link} />
      </details>
    </>
  )
}

/** The link's settings; each change acts at once and stands in the page's address. */
export function NetworkPanel({ link, startAnew }: { link: NetworkLink; startAnew: () => void }) {
  const { seed, udpBlocked } = link.settings.value
  return (
    <section class="network" aria-labelledby="network-title">
      <div class="network-head">
        <h2 id="network-title">Network</h2>
        <PresetMenu link={link} />
      </div>
      <Sliders controls={mainControls} link={link} />
      <LossNote link={link} />
      <SwitchRow
        label="Block UDP"
        title="As some offices do: nothing of UDP passes, TCP does"
        isOn={udpBlocked}
        onChange={(isOn) => link.change({ udpBlocked: isOn })}
      />
      <MoreSettings link={link} />
      <Folds link={link} />
      <SeedRow seed={seed} onChange={(next) => link.change({ seed: next })}>
        <button
          type="button"
          class="button small"
          title="Both sides from their start, and link time 0 again: the same seed from its beginning, counters at zero"
          onClick={startAnew}
        >
          <Icon name="replay" />
          Start anew
        </button>
      </SeedRow>
      {link.problem.value !== undefined && (
        <p class="network-problem" role="alert">
          {link.problem.value}
        </p>
      )}
    </section>
  )
}
