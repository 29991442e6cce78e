import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Video } from '../protocol/weir-api.ts'
import { requestJson } from './api.ts'
import { CounterGrid } from './counter-grid.tsx'
import { noCounters } from './counters.ts'
import { ExternalPlayers } from './external-players.tsx'
import { LinkReadout } from './link-readout.tsx'
import { videosById } from './library-store.ts'
import { onLinkClick } from './navigation.ts'
import { NetworkPanel } from './network-panel.tsx'
import { PlayerControls, type PlayerActions } from './player-controls.tsx'
import { ShowMe } from './show-me.tsx'
import { exposeSnapshot } from './snapshot.ts'
import type { SideStatus } from './side.ts'
import { usePlayerKeys } from './player-keys.ts'
import { Viewing } from './viewing.ts'
import { sideWords } from './words.ts'

const beforeStart: SideStatus = {
  phase: 'starting',
  positionSeconds: 0,
  durationSeconds: 0,
  variant: undefined,
  transport: '',
  counters: noCounters,
}

function SideSwitch({ viewing }: { viewing: Viewing }) {
  return (
    <fieldset class="side-switch">
      <legend class="visually-hidden">Transport</legend>
      {(['hls', 'udp'] as const).map((name) => (
        <label key={name} class={name}>
          <input
            class="visually-hidden"
            type="radio"
            name="side"
            value={name}
            checked={viewing.settings.value.side === name}
            onChange={() => viewing.switchTo(name)}
          />
          <i aria-hidden="true" />
          {sideWords[name]}
        </label>
      ))}
    </fieldset>
  )
}

function VariantMenu({ viewing, video }: { viewing: Viewing; video: Video | undefined }) {
  const { side, variant } = viewing.settings.value
  const shown = viewing.status.value?.variant
  const auto = side === 'hls' && shown !== undefined ? `Auto (${shown})` : side === 'hls' ? 'Auto' : 'Best'
  return (
    <label class="menu">
      <span class="menu-label">Variant</span>
      <select value={variant ?? ''} onChange={(event) => viewing.chooseVariant(event.currentTarget.value || undefined)}>
        <option value="">{auto}</option>
        {video?.variants.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function stageWord({ phase, counters }: SideStatus): string | undefined {
  if (phase === 'stalled') return 'Stalled'
  if (phase !== 'starting') return undefined
  return (counters.frozenFrames ?? 0) > 0 ? 'Waiting for a whole keyframe' : 'Starting'
}

const blockedUdp = {
  message: 'This network blocks UDP: no packet of the video comes through.',
  whatToDo: 'HLS still plays, over TCP. Or let UDP pass again in the network panel.',
}

function StageMessage({ status, onPlay }: { status: SideStatus; onPlay: () => void }) {
  if (status.problem !== undefined) {
    return (
      <div class="stage-problem" role="alert">
        <p>{status.problem.message}</p>
        <p>{status.problem.whatToDo}</p>
      </div>
    )
  }
  if (status.phase === 'paused' || status.phase === 'ended') {
    return (
      <button
        type="button"
        class="stage-play"
        onClick={onPlay}
        aria-label={status.phase === 'ended' ? 'Play again' : 'Play'}
        tabIndex={-1}
      />
    )
  }
  const word = stageWord(status)
  return word === undefined ? null : <span class="stage-word">{word}</span>
}

/** The video from the feed when it is there, else asked for once: the address may be opened directly. */
function useVideo(videoId: string) {
  const problem = useSignal<string | undefined>(undefined)
  const asked = useSignal<Video | undefined>(undefined)
  useEffect(() => {
    requestJson<Video>('GET', `/api/videos/${encodeURIComponent(videoId)}`).then(
      (video) => (asked.value = video),
      (error: Error) => (problem.value = error.message),
    )
  }, [videoId])
  return { video: videosById.value?.get(videoId) ?? asked.value, problem: problem.value }
}

function NoSuchVideo({ message }: { message: string }) {
  return (
    <div class="notice" role="alert">
      <p>{message}</p>
      <p>
        Choose another in the{' '}
        <a href="/" onClick={onLinkClick}>
          library
        </a>
        .
      </p>
    </div>
  )
}

export function ComparePage({ videoId }: { videoId: string }) {
  const viewing = useMemo(() => new Viewing(videoId), [videoId])
  const { video, problem } = useVideo(videoId)
  const stage = useRef<HTMLDivElement>(null)
  const host = useRef<HTMLDivElement>(null)
  const actions = useMemo<PlayerActions>(
    () => ({
      togglePlay: () => viewing.togglePlay(),
      seek: (seconds) => viewing.seek(seconds),
      setSound: (sound) => viewing.setSound(sound),
      toggleFullScreen: () =>
        void (document.fullscreenElement === null ? stage.current?.requestFullscreen() : document.exitFullscreen()),
    }),
    [viewing],
  )
  const isPlayable = video?.status === 'playable' || video?.status === 'ready'
  useEffect(() => {
    if (!isPlayable) return
    viewing.open(host.current!)
    const hide = exposeSnapshot(viewing)
    return () => {
      hide()
      viewing.close()
    }
  }, [viewing, isPlayable])
  useEffect(() => {
    document.title = video === undefined ? 'Weir' : `${video.title} · Weir`
  }, [video?.title])
  usePlayerKeys(viewing, actions)

  if (problem !== undefined && video === undefined) return <NoSuchVideo message={problem} />
  const { side } = viewing.settings.value
  const isBlocked = side === 'udp' && viewing.network.settings.value.udpBlocked
  const status = { ...(viewing.status.value ?? beforeStart), ...(isBlocked ? { problem: blockedUdp } : {}) }
  return (
    <div class="compare" data-side={side}>
      <div class="compare-head">
        <h1 title={video?.title}>{video?.title ?? '\u00a0'}</h1>
        <SideSwitch viewing={viewing} />
        <VariantMenu viewing={viewing} video={video} />
      </div>
      <div class="compare-picture">
        <div class="stage" ref={stage} data-phase={status.phase}>
          <div class="stage-host" ref={host} onClick={actions.togglePlay} />
          <StageMessage status={status} onPlay={actions.togglePlay} />
        </div>
        <p class="stage-caption">
          <i aria-hidden="true" />
          <strong>{sideWords[side]}</strong> {status.transport}
          {status.note !== undefined && <span class="stage-note">{status.note}</span>}
        </p>
        <PlayerControls status={status} sound={viewing.sound.value} actions={actions} />
      </div>
      <LinkReadout truth={viewing.truth.truth.value} />
      <div class="compare-side">
        <ShowMe link={viewing.network} phase={status.phase} play={actions.togglePlay} />
        <NetworkPanel link={viewing.network} />
        <CounterGrid counters={status.counters} />
      </div>
      {video !== undefined && (
        <ExternalPlayers video={video} linkId={viewing.settings.value.link} variant={viewing.settings.value.variant} />
      )}
    </div>
  )
}
