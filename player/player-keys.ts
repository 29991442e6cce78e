import { useEffect } from 'preact/hooks'
import type { PlayerActions } from './player-controls.tsx'
import type { Viewing } from './viewing.ts'

const STEP_SECONDS = 5

/** Keys belong to the player unless the control that has the focus uses them: after a click on the switch or a slider
 *  Space still pauses. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.matches('input[type=radio], input[type=range]')) return key.startsWith('Arrow')
  if (target.matches('input[type=checkbox]')) return key === ' '
  if (target.matches('input, select, textarea')) return true
  return key === ' ' && target.matches('button, a, summary')
}

export function usePlayerKeys(viewing: Viewing, actions: PlayerActions): void {
  useEffect(() => {
    const keys: Readonly<Record<string, () => void>> = {
      ' ': actions.togglePlay,
      ArrowLeft: () => viewing.seekBy(-STEP_SECONDS),
      ArrowRight: () => viewing.seekBy(STEP_SECONDS),
      f: actions.toggleFullScreen,
      s: () => viewing.hearFrom(viewing.settings.value.soundFrom === 'hls' ? 'udp' : 'hls'),
      m: () => viewing.setSound({ ...viewing.sound.value, muted: !viewing.sound.value.muted }),
    }
    const onKeyDown = (event: KeyboardEvent) => {
      const action = keys[event.key]
      if (action === undefined || event.ctrlKey || event.metaKey || event.altKey || isTaken(event.target, event.key))
        return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [viewing, actions])
}
