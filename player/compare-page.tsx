import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Video } from '../protocol/weir-api.ts'
import { CompareDetails } from './compare-details.tsx'
import { ExternalPlayers } from './external-players.tsx'
import { toggleFullScreen } from './full-screen.ts'
import { LatencyPanel } from './latency-panel.tsx'
import { LinkReadout } from './link-readout.tsx'
import { onLinkClick } from './navigation.ts'
import { NetworkPanel } from './network-panel.tsx'
import { PairControls } from './pair-controls.tsx'
import { PlayerControls, type PlayerActions } from './player-controls.tsx'
import { ShowMe } from './show-me.tsx'
import { usePlayerKeys } from './player-keys.ts'
import type { Hosts } from './side-set.ts'
import { Reasons } from './reasons.tsx'
import { RunReport } from './run-report.tsx'
import { panesIn, writeCompareSettings } from './settings.ts'
import { SideView } from './side-view.tsx'
import { decodableVariants, variantsForAll, type DecodableVariants } from './decodable-variants.ts'
import { exposeSnapshot } from './snapshot.ts'
import { ChooseAnotherVideo, useVideo } from './video-of-address.tsx'
import { ComparisonLine, ViewSwitch } from './view-switch.tsx'
import { Viewing } from './viewing.ts'
import { shellWords, whatIfWords } from './words.ts'

const noVariants: Video['variants'] = []

/** Plays in the hosts while the video can be played and the page is there. */
function useViewing(viewing: Viewing, hosts: Partial<Hosts>, video: Video | undefined): void {
  const isPlayable = video?.status === 'playable' || video?.status === 'ready'
  useEffect(() => {
    if (video !== undefined) viewing.followVideo(video)
  }, [viewing, video?.variants])
  useEffect(() => {
    const { hls, udp, third } = hosts
    if (!isPlayable || hls === undefined || udp === undefined || third === undefined) return
    viewing.open({ hls, udp, third })
    const hide = exposeSnapshot(viewing)
    return () => {
      hide()
      viewing.close()
    }
  }, [viewing, isPlayable])
  useEffect(() => {
    document.title = video === undefined ? shellWords.name : shellWords.titled(video.title)
  }, [video?.title])
}

/** What this browser can show of the video; the answers of its decoders come a moment later. */
function useDecodable(variants: Video['variants']): DecodableVariants {
  const decodable = useSignal(variantsForAll(variants))
  useEffect(() => {
    decodable.value = variantsForAll(variants)
    let isCurrent = true
    void decodableVariants(variants).then((asked) => {
      if (isCurrent) decodable.value = asked
    })
    return () => void (isCurrent = false)
  }, [variants])
  return decodable.value
}

function Pictures({ viewing, hosts, video }: { viewing: Viewing; hosts: Partial<Hosts>; video: Video | undefined }) {
  const pair = useRef<HTMLDivElement>(null)
  const decodable = useDecodable(video?.variants ?? noVariants)
  const actions = useMemo<PlayerActions>(
    () => ({
      togglePlay: () => viewing.togglePlay(),
      seek: (seconds) => viewing.seek(seconds),
      setSound: (sound) => viewing.setSound(sound),
      toggleFullScreen: () => toggleFullScreen(pair.current),
    }),
    [viewing],
  )
  usePlayerKeys(viewing, actions)
  return (
    <div class="compare-pictures">
      <div class="pair" ref={pair}>
        {(['hls', 'udp', 'third'] as const).map((pane) => (
          <SideView
            key={pane}
            viewing={viewing}
            pane={pane}
            variants={decodable[pane === 'hls' ? 'hls' : 'udp']}
            onHost={(host) => {
              if (host !== null) Object.assign(hosts, { [pane]: host })
            }}
          />
        ))}
      </div>
      <div class="player">
        <PlayerControls viewing={viewing} actions={actions} />
        <PairControls viewing={viewing} />
      </div>
    </div>
  )
}

/** Apart, so that what changes with each moment of playing redraws this alone. */
function Show({ viewing }: { viewing: Viewing }) {
  const phase = viewing.status.value?.phase ?? 'starting'
  return <ShowMe link={viewing.network} phase={phase} play={() => viewing.togglePlay()} />
}

/** The same network on the what-if page, whose address speaks the same words. */
function WhatIfLink({ viewing }: { viewing: Viewing }) {
  const address = `/what-if/${encodeURIComponent(viewing.videoId)}${writeCompareSettings(viewing.settings.value)}`
  return (
    <a class="what-if-link" href={address} onClick={onLinkClick}>
      {whatIfWords.link}
    </a>
  )
}

export function ComparePage({ videoId }: { videoId: string }) {
  const viewing = useMemo(() => new Viewing(videoId), [videoId])
  const hosts = useMemo<Partial<Hosts>>(() => ({}), [videoId])
  const { video, problem } = useVideo(videoId)
  useViewing(viewing, hosts, video)

  if (problem !== undefined && video === undefined) return <ChooseAnotherVideo message={problem} />
  return (
    <div class="compare" data-view={viewing.settings.value.side} data-pictures={panesIn(viewing.settings.value).length}>
      <div class="compare-head">
        <h1 title={video?.title}>{video?.title ?? '\u00a0'}</h1>
        <ComparisonLine viewing={viewing} />
        <ViewSwitch viewing={viewing} />
      </div>
      <Pictures viewing={viewing} hosts={hosts} video={video} />
      <div class="compare-side">
        <Show viewing={viewing} />
        <NetworkPanel link={viewing.network} startAnew={() => void viewing.startAnew()} />
        {video?.kind === 'video' && <WhatIfLink viewing={viewing} />}
      </div>
      <div class="compare-main">
        <LatencyPanel viewing={viewing} />
        <LinkReadout link={viewing.truth} />
        {video !== undefined && (
          <Reasons key={`${videoId} ${viewing.run.count.value}`} viewing={viewing} video={video} />
        )}
        <RunReport viewing={viewing} video={video} />
        {video !== undefined && <CompareDetails viewing={viewing} video={video} />}
        {video !== undefined && (
          <ExternalPlayers
            video={video}
            linkId={viewing.settings.value.link}
            variant={viewing.settings.value.variants.udp}
          />
        )}
      </div>
    </div>
  )
}
