import { Icon } from './icons.tsx'
import type { PlayerStatus } from './player-status.ts'
import { ScrubBar } from './scrub-bar.tsx'
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
      <ScrubBar packageFolder={viewing.packageFolder} status={status} onSeek={actions.seek} />
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
