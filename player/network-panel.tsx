import { Icon } from './icons.tsx'
import type { NetworkLink } from './network-link.ts'
import {
  burstControls,
  downlinkControls,
  mainControls,
  uplinkControls,
  type NetworkControl,
} from './network-controls.ts'
import { ChoiceRow, CongestionControlRow, PresetMenu, SeedRow, SliderRow, SwitchRow } from './network-rows.tsx'
import { ProfileButtons } from './profile-buttons.tsx'
import { ScheduledChanges } from './scheduled-changes.tsx'
import { VaryingRate } from './varying-rate.tsx'
import { changeWords, networkWords, profileWords, rateWords } from './words.ts'

const lossKinds = [
  { word: 'bad-moments', text: networkWords.lossKinds['bad-moments'] },
  { word: 'gilbert-elliott', text: networkWords.lossKinds['gilbert-elliott'] },
  { word: 'random', text: networkWords.lossKinds.random },
] as const
const sharings = [
  { word: 'separate', text: networkWords.sharings.separate },
  { word: 'shared', text: networkWords.sharings.shared },
] as const

/** A network that was changed has no preset's name. */
function Presets({ link }: { link: NetworkLink }) {
  const base = link.base.value
  const own = base === undefined ? networkWords.own : networkWords.changed(base.title)
  return (
    <PresetMenu
      presets={link.presets.value}
      value={base?.name}
      own={link.isAsPreset.value ? undefined : own}
      onApply={(name) => link.applyPreset(name)}
    />
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
  return <p class="network-note">{networkWords.notAlike}</p>
}

function MoreSettings({ link }: { link: NetworkLink }) {
  const { lossKind, congestionControl, sharing, rtspBlocked } = link.settings.value
  const burst = lossKind === 'random' ? [] : [burstControls[lossKind]]
  return (
    <details class="fold network-more">
      <summary>{networkWords.more}</summary>
      {link.base.value !== undefined && (
        <p class="network-note">
          {link.base.value.title}: {link.base.value.source}.
        </p>
      )}
      <ChoiceRow
        label={networkWords.losses}
        title={networkWords.lossesTitle}
        choices={lossKinds}
        value={lossKind}
        onChange={(word) => link.change({ lossKind: word })}
      />
      <Sliders controls={[...burst, ...downlinkControls]} link={link} />
      <h3>{networkWords.uplink}</h3>
      <Sliders controls={uplinkControls} link={link} />
      <h3>{networkWords.transports}</h3>
      <CongestionControlRow value={congestionControl} onChange={(word) => link.change({ congestionControl: word })} />
      <ChoiceRow
        label={networkWords.lines}
        title={networkWords.linesTitle}
        choices={sharings}
        value={sharing}
        onChange={(word) => link.change({ sharing: word })}
      />
      <SwitchRow
        label={networkWords.blockRtsp}
        title={networkWords.blockRtspTitle}
        isOn={rtspBlocked}
        onChange={(isOn) => link.change({ rtspBlocked: isOn })}
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

/** The link's settings, once it has told them; each change acts at once and stands in the page's address. */
export function NetworkPanel({ link, startAnew }: { link: NetworkLink; startAnew: () => void }) {
  const { seed, udpBlocked } = link.settings.value
  return (
    <section class="network" aria-labelledby="network-title">
      <fieldset class="network-settings" disabled={!link.isOpen.value}>
        <div class="network-head">
          <h2 id="network-title">{networkWords.title}</h2>
          <Presets link={link} />
        </div>
        <Sliders controls={mainControls} link={link} />
        <LossNote link={link} />
        <SwitchRow
          label={networkWords.block}
          title={networkWords.blockTitle}
          isOn={udpBlocked}
          onChange={(isOn) => link.change({ udpBlocked: isOn })}
        />
        <MoreSettings link={link} />
        <Folds link={link} />
        <SeedRow seed={seed} onChange={(next) => link.change({ seed: next })}>
          <button type="button" class="button small" title={networkWords.startAnewTitle} onClick={startAnew}>
            <Icon name="replay" />
            {networkWords.startAnew}
          </button>
        </SeedRow>
      </fieldset>
      {link.problem.value !== undefined && (
        <p class="network-problem" role="alert">
          {link.problem.value}
        </p>
      )}
    </section>
  )
}
