import { useSignal } from '@preact/signals'
import type { Video } from '../protocol/weir-api.ts'
import { AddressPanel } from './address-panel.tsx'
import { externalAddresses } from './external-players.ts'
import { formatPercent, formatTime, formatTimeLeft } from './format.ts'
import { Icon } from './icons.tsx'
import { retryVideo } from './library-store.ts'
import { onLinkClick } from './navigation.ts'
import { ProgressBar } from './progress-bar.tsx'
import { videoWords } from './words.ts'

function isWatchable({ status }: Video): boolean {
  return status === 'playable' || status === 'ready'
}

function isSoundAlone({ variants }: Video): boolean {
  return variants.length > 0 && variants.every(({ widthPixels }) => widthPixels === 0)
}

function stateText(video: Video): string {
  if (video.kind === 'live') return videoWords.live
  const left = video.secondsLeft === undefined ? '' : ` · ${videoWords.left(formatTimeLeft(video.secondsLeft))}`
  switch (video.status) {
    case 'queued':
      return videoWords.queued
    case 'segmenting':
      return `${videoWords.segmenting(formatPercent(video.progressRatio))}${left}`
    case 'playable':
      return `${videoWords.playable(formatPercent(video.progressRatio))}${left}`
    case 'ready':
      return video.variants.map(({ name }) => name).join(' · ')
    case 'failed':
      return videoWords.failed
  }
}

/** Nothing is better than a broken picture; the card says all else. */
function PosterImage({ address }: { address: string }) {
  const isBroken = useSignal(false)
  if (isBroken.value) return null
  return <img src={address} alt="" loading="lazy" decoding="async" onError={() => (isBroken.value = true)} />
}

function Poster({ video }: { video: Video }) {
  const picture = (
    <>
      {video.urls.poster !== undefined && <PosterImage address={video.urls.poster} />}
      {isSoundAlone(video) && (
        <span class="poster-sound">
          <Icon name="sound" />
        </span>
      )}
      {video.durationSeconds !== undefined && <span class="poster-length">{formatTime(video.durationSeconds)}</span>}
    </>
  )
  if (!isWatchable(video)) return <div class="poster">{picture}</div>
  return (
    <a class="poster" href={`/compare/${video.id}`} onClick={onLinkClick} tabIndex={-1} aria-hidden="true">
      {picture}
      <span class="poster-play">
        <Icon name="play" />
      </span>
    </a>
  )
}

/** Behind no link: the video as it is. */
function VideoAddresses({ video }: { video: Video }) {
  const isOpen = useSignal(false)
  if (video.urls.hls === undefined && video.urls.rtsp === undefined) return null
  return (
    <details class="fold addresses" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{videoWords.addresses}</summary>
      {isOpen.value && (
        <AddressPanel addresses={externalAddresses({ urls: video.urls, page: location.href })} name={video.id} />
      )}
    </details>
  )
}

export function VideoCard({ video, onDelete }: { video: Video; onDelete: () => void }) {
  const retryProblem = useSignal<string | undefined>(undefined)
  const retry = () => retryVideo(video.id).catch((error: Error) => (retryProblem.value = error.message))
  const working = video.kind === 'video' && (video.status === 'segmenting' || video.status === 'playable')
  return (
    <li class={`video-card ${video.status}`} data-video={video.id} data-status={video.status}>
      <Poster video={video} />
      <div class="video-progress">
        {working && <ProgressBar ratio={video.progressRatio} label={videoWords.segmenting(video.title)} />}
      </div>
      <div class="video-facts">
        <h2 title={video.title}>
          {isWatchable(video) ? (
            <a href={`/compare/${video.id}`} onClick={onLinkClick}>
              {video.title}
            </a>
          ) : (
            video.title
          )}
        </h2>
        <button
          type="button"
          class="icon-button"
          onClick={onDelete}
          aria-label={videoWords.deleteOf(video.title)}
          title={videoWords.deleteTitle}
        >
          <Icon name="remove" />
        </button>
      </div>
      <p class="video-state">{stateText(video)}</p>
      {video.error !== undefined && <p class="video-error">{video.error.message}</p>}
      {retryProblem.value !== undefined && <p class="video-error">{retryProblem.value}</p>}
      {video.status === 'failed' && (
        <button type="button" class="button small" onClick={() => void retry()}>
          <Icon name="replay" />
          {videoWords.tryAgain}
        </button>
      )}
      <VideoAddresses video={video} />
    </li>
  )
}
