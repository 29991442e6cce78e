import { useRef } from 'preact/hooks'
import { ways, type WayName } from '../protocol/ways.ts'
import { FallbackTimeline } from './fallback-timeline.tsx'
import { MainFigures, RepairFigures } from './figures.tsx'
import { toggleFullScreen } from './full-screen.ts'
import { Icon } from './icons.tsx'
import type { PlayerStatus } from './player-status.ts'
import { panesIn, type CompareSettings, type PaneName } from './settings.ts'
import { beforeStart, type SideStatus } from './side.ts'
import { CaptionMenu, NackSwitch, SpeedMenu, VariantMenu, type MenuVariants } from './side-menus.tsx'
import { JitterBufferSlider, WayMenu } from './udp-controls.tsx'
import type { Viewing } from './viewing.ts'
import { paneWords } from './way-words.ts'
import { pairWords, playWords, sideWords, stageWords, transportWords } from './words.ts'

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
function blockedProblem(way: WayName, { network }: Viewing): SideStatus['problem'] {
  const { udpBlocked, rtspBlocked } = network.settings.value
  const { over, fallsBack } = ways[way]
  if (fallsBack) return undefined
  if (rtspBlocked) return stageWords.blockedRtsp
  return over === 'udp' && udpBlocked ? stageWords.blockedUdp : undefined
}

/** Of UDP the menu of its ways tells it, but for a last hop that is none. */
function transportShown(side: 'hls' | 'udp', { transport }: SideStatus): string {
  return side === 'hls' || transport === transportWords.websocket ? transport : ''
}

/** Of HLS there is none. */
function wayOf(pane: PaneName, { way, third }: CompareSettings): WayName | undefined {
  return pane === 'hls' ? undefined : pane === 'udp' ? way : third
}

type SideViewProps = {
  readonly viewing: Viewing
  readonly pane: PaneName
  readonly variants: MenuVariants
  readonly onHost: (host: HTMLElement | null) => void
}

/** One side: its picture, what brought it, its few large figures. It stays while the other one is shown alone, or its
 *  picture would have to begin anew. */
export function SideView({ viewing, pane, variants, onHost }: SideViewProps) {
  const stage = useRef<HTMLDivElement>(null)
  const { settings } = viewing
  const isTwo = settings.value.side === 'both'
  const side = pane === 'hls' ? 'hls' : 'udp'
  const way = wayOf(pane, settings.value)
  const title = pane === 'third' ? paneWords.third : sideWords[side]
  const told = viewing.sides.value[pane]?.status.value ?? beforeStart
  const blocked = way === undefined ? undefined : blockedProblem(way, viewing)
  const status = blocked === undefined ? told : { ...told, problem: blocked }
  const isSeen = panesIn(settings.value).includes(pane)
  const togglePlay = () => viewing.togglePlay()
  const without = viewing.hasPictures.value ? undefined : stageWords.soundAlone
  const captions = viewing.sides.value.hls?.captions
  return (
    <section class="side" data-side={side} data-pane={pane} aria-label={title} hidden={!isSeen}>
      <div class="stage" ref={stage} data-phase={status.phase}>
        <div class="stage-host" ref={onHost} onClick={togglePlay} />
        {isSeen && <StageMessage {...{ status, without }} player={viewing.status.value} onPlay={togglePlay} />}
      </div>
      <div class="side-head">
        <p class="stage-caption">
          <i class={`mark ${side}`} aria-hidden="true" />
          <strong>{sideWords[side]}</strong> {transportShown(side, status)}
        </p>
        {pane === 'udp' && <NackSwitch viewing={viewing} />}
        {pane !== 'hls' && <WayMenu viewing={viewing} pane={pane} />}
        {pane === 'hls' && captions !== undefined && <CaptionMenu captions={captions} />}
        {pane === 'hls' && <SpeedMenu viewing={viewing} />}
        {pane !== 'third' && <VariantMenu viewing={viewing} side={side} variants={variants} />}
        {isTwo && (
          <button
            type="button"
            class="icon-button"
            onClick={() => toggleFullScreen(stage.current)}
            aria-label={pairWords.fullScreenOf(title)}
            title={pairWords.fullScreenOf(title)}
          >
            <Icon name="fullScreen" />
          </button>
        )}
      </div>
      <MainFigures side={side} counters={status.counters} />
      {way !== undefined && ways[way].repair !== undefined && <RepairFigures counters={status.counters} />}
      {pane === 'udp' && <JitterBufferSlider viewing={viewing} counters={status.counters} />}
      <p class="stage-note">{status.note}</p>
      {status.tries !== undefined && status.tries.length > 0 && (
        <FallbackTimeline tries={status.tries} onAgain={() => viewing.chooseWay('fallback')} />
      )}
    </section>
  )
}
