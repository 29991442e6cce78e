import { useRef } from 'preact/hooks'
import { noCounters } from './counters.ts'
import { FallbackTimeline } from './fallback-timeline.tsx'
import { MainFigures } from './figures.tsx'
import { toggleFullScreen } from './full-screen.ts'
import { Icon } from './icons.tsx'
import type { PlayerStatus } from './player-status.ts'
import { sidesIn, type SideName } from './settings.ts'
import type { SideStatus } from './side.ts'
import { CaptionMenu, NackSwitch, SpeedMenu, VariantMenu, WayMenu, type MenuVariants } from './side-menus.tsx'
import type { Viewing } from './viewing.ts'
import { pairWords, playWords, sideWords, stageWords } from './words.ts'

const beforeStart: SideStatus = {
  phase: 'starting',
  positionSeconds: 0,
  durationSeconds: 0,
  variant: undefined,
  transport: '',
  counters: noCounters,
}

function stageWord({ phase, counters }: SideStatus, without: string | undefined): string | undefined {
  if (without !== undefined && phase !== 'stalled') return without
  if (phase === 'stalled' || phase === 'held') return stageWords[phase]
  if (phase !== 'starting') return undefined
  return (counters.frozenFrames ?? 0) > 0 ? stageWords.noKeyframe : stageWords.starting
}

type MessageProps = {
  readonly status: SideStatus
  readonly player: PlayerStatus | undefined
  readonly onPlay: () => void
  readonly without: string | undefined // what is said where there is no picture
}

function StageMessage({ status, player, onPlay, without }: MessageProps) {
  if (status.problem !== undefined) {
    return (
      <div class="stage-problem" role="alert">
        <p>{status.problem.message}</p>
        <p>{status.problem.whatToDo}</p>
      </div>
    )
  }
  if (player?.phase === 'paused' || player?.phase === 'ended') {
    const label = player.phase === 'ended' ? playWords.playAgain : playWords.play
    return <button type="button" class="stage-play" onClick={onPlay} aria-label={label} tabIndex={-1} />
  }
  const word = stageWord(status, without)
  return word === undefined ? null : <span class="stage-word">{word}</span>
}

/** Why nothing can come, of a way that does not look for another. */
function blockedProblem({ settings, network }: Viewing): SideStatus['problem'] {
  const { way } = settings.value
  const { udpBlocked, rtspBlocked } = network.settings.value
  if (way === 'fallback') return undefined
  if (rtspBlocked) return stageWords.blockedRtsp
  return way === 'raw' && udpBlocked ? stageWords.blockedUdp : undefined
}

type SideViewProps = {
  readonly viewing: Viewing
  readonly side: SideName
  readonly variants: MenuVariants
  readonly onHost: (host: HTMLElement | null) => void
}

/** One side: its picture, what brought it, its few large figures. It stays while the other one is shown alone, or its
 *  picture would have to begin anew. */
export function SideView({ viewing, side, variants, onHost }: SideViewProps) {
  const stage = useRef<HTMLDivElement>(null)
  const { side: view } = viewing.settings.value
  const told = viewing.sides.value[side]?.status.value ?? beforeStart
  const blocked = side === 'udp' ? blockedProblem(viewing) : undefined
  const status = blocked === undefined ? told : { ...told, problem: blocked }
  const isSeen = sidesIn(view).includes(side)
  const togglePlay = () => viewing.togglePlay()
  const without = viewing.hasPictures.value ? undefined : stageWords.soundAlone
  const captions = viewing.sides.value.hls?.captions
  return (
    <section class="side" data-side={side} aria-label={sideWords[side]} hidden={!isSeen}>
      <div class="stage" ref={stage} data-phase={status.phase}>
        <div class="stage-host" ref={onHost} onClick={togglePlay} />
        {isSeen && <StageMessage {...{ status, without }} player={viewing.status.value} onPlay={togglePlay} />}
      </div>
      <div class="side-head">
        <p class="stage-caption">
          <i class={`mark ${side}`} aria-hidden="true" />
          <strong>{sideWords[side]}</strong> {status.transport}
        </p>
        {side === 'hls' && captions !== undefined && <CaptionMenu captions={captions} />}
        {side === 'hls' && <SpeedMenu viewing={viewing} />}
        {side === 'udp' && <NackSwitch viewing={viewing} />}
        {side === 'udp' && <WayMenu viewing={viewing} />}
        <VariantMenu viewing={viewing} side={side} variants={variants} />
        {view === 'both' && (
          <button
            type="button"
            class="icon-button"
            onClick={() => toggleFullScreen(stage.current)}
            aria-label={pairWords.fullScreenOf(sideWords[side])}
            title={pairWords.fullScreenOf(sideWords[side])}
          >
            <Icon name="fullScreen" />
          </button>
        )}
      </div>
      <MainFigures side={side} counters={status.counters} />
      <p class="stage-note">{status.note}</p>
      {status.tries !== undefined && status.tries.length > 0 && (
        <FallbackTimeline tries={status.tries} onAgain={() => viewing.chooseWay('fallback')} />
      )}
    </section>
  )
}
