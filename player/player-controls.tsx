import { useSignal } from '@preact/signals'
import { formatTime } from './format.ts'
import { Icon } from './icons.tsx'
import type { PlayerStatus } from './player-status.ts'
import type { Sound } from './side.ts'
import type { Viewing } from './viewing.ts'
import { pairWords, playWords } from './words.ts'

export type PlayerActions = {
  togglePlay(): void
  seek(seconds: number): void
  setSound(sound: Sound): void
  toggleFullScreen(): void
}

const beforeStart: PlayerStatus = { phase: 'starting', positionSeconds: 0, durationSeconds: 0 }

function PlayButton({ phase, onClick }: { phase: PlayerStatus['phase']; onClick: () => void }) {
  const [icon, label] =
    phase === 'ended'
      ? (['replay', playWords.playAgain] as const)
      : phase === 'paused' || phase === 'failed'
        ? (['play', playWords.play] as const)
        : (['pause', playWords.pause] as const)
  return (
    <button
      type="button"
      class="icon-button"
      onClick={onClick}
      aria-label={label}
      title={playWords.withKey(label, playWords.keys.play)}
    >
      <Icon name={icon} />
    </button>
  )
}

/** While it is dragged the bar follows the hand; the seek happens when it is let go. */
function ScrubBar({ status, onSeek }: { status: PlayerStatus; onSeek: (seconds: number) => void }) {
  const dragged = useSignal<number | undefined>(undefined)
  const shown = Math.min(dragged.value ?? status.positionSeconds, status.durationSeconds)
  const filledPercent = status.durationSeconds > 0 ? (shown / status.durationSeconds) * 100 : 0
  return (
    <>
      <span class="clock">{formatTime(shown)}</span>
      <input
        class="scrub"
        type="range"
        min={0}
        max={status.durationSeconds}
        step="any"
        value={shown}
        style={{ '--filled': `${filledPercent}%` }}
        aria-label={playWords.position}
        aria-valuetext={playWords.positionOf(formatTime(shown), formatTime(status.durationSeconds))}
        onInput={(event) => (dragged.value = event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          dragged.value = undefined
          onSeek(event.currentTarget.valueAsNumber)
        }}
      />
      <span class="clock">{formatTime(status.durationSeconds)}</span>
    </>
  )
}

function SoundControls({ sound, onSound }: { sound: Sound; onSound: (sound: Sound) => void }) {
  const label = sound.muted ? playWords.soundOn : playWords.soundOff
  return (
    <>
      <button
        type="button"
        class="icon-button"
        onClick={() => onSound({ ...sound, muted: !sound.muted })}
        aria-label={label}
        title={playWords.withKey(label, playWords.keys.sound)}
      >
        <Icon name={sound.muted ? 'muted' : 'sound'} />
      </button>
      <input
        class="volume"
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={sound.muted ? 0 : sound.volumeRatio}
        aria-label={playWords.volume}
        onInput={(event) => {
          const volumeRatio = event.currentTarget.valueAsNumber
          onSound({ volumeRatio, muted: volumeRatio === 0 })
        }}
      />
    </>
  )
}

/** One set of controls, whether one side plays or both. */
export function PlayerControls({ viewing, actions }: { viewing: Viewing; actions: PlayerActions }) {
  const status = viewing.status.value ?? beforeStart
  const label = viewing.settings.value.side === 'both' ? pairWords.fullScreenOfBoth : playWords.fullScreen
  return (
    <div class="controls">
      <PlayButton phase={status.phase} onClick={actions.togglePlay} />
      <ScrubBar status={status} onSeek={actions.seek} />
      <SoundControls sound={viewing.sound.value} onSound={actions.setSound} />
      <button
        type="button"
        class="icon-button"
        onClick={actions.toggleFullScreen}
        aria-label={label}
        title={playWords.withKey(label, playWords.keys.fullScreen)}
      >
        <Icon name="fullScreen" />
      </button>
    </div>
  )
}
