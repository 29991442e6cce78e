import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { CaptureSource } from './capture-source.ts'
import { formatMegabits, formatTime } from './format.ts'
import { choose, chooseAgain, closeGoLive, goLive, openGoLive, start, stop, type GoLive } from './go-live-store.ts'
import { goLiveWords } from './go-live-words.ts'
import { Icon } from './icons.tsx'
import { videosById } from './library-store.ts'
import { useSendingFigures } from './sending-figures.ts'

export function GoLiveButton() {
  return (
    <button type="button" class="button" disabled={goLive.value.phase !== 'closed'} onClick={openGoLive}>
      <Icon name="camera" />
      {goLiveWords.open}
    </button>
  )
}

/** Publishing from this browser: choose, look, start, stop. */
export function GoLivePanel() {
  const { value } = goLive
  if (value.phase === 'closed') return null
  return (
    <section class="go-live" aria-label={goLiveWords.title} data-phase={value.phase}>
      <div class="go-live-head">
        <h2>{goLiveWords.title}</h2>
        {value.phase !== 'live' && value.phase !== 'starting' && (
          <button type="button" class="button small" onClick={closeGoLive}>
            {goLiveWords.close}
          </button>
        )}
      </div>
      {'problem' in value && value.problem !== undefined && (
        <div class="notice" role="alert">
          <p>{value.problem}</p>
        </div>
      )}
      <Phase state={value} />
    </section>
  )
}

function Phase({ state }: { state: GoLive }) {
  switch (state.phase) {
    case 'closed':
      return null
    case 'choosing':
      return <Choice />
    case 'asking':
      return <p role="status">{goLiveWords.asking[state.source]}</p>
    case 'preview':
    case 'starting':
      return <Setup {...state} isStarting={state.phase === 'starting'} />
    case 'live':
      return <OnAir {...state} />
    case 'ended':
      return <Ended isRecorded={state.isRecorded} />
  }
}

function Choice() {
  return (
    <>
      <p class="muted">{goLiveWords.how}</p>
      <div class="go-live-actions">
        {(['camera', 'screen'] as const).map((source) => (
          <button key={source} type="button" class="button primary" onClick={() => void choose(source)}>
            <Icon name={source} />
            {goLiveWords.sources[source]}
          </button>
        ))}
      </div>
    </>
  )
}

type Captured = { readonly source: CaptureSource; readonly stream: MediaStream }

/** Without sound, which would come back out of the speakers. */
function Preview({ stream }: { stream: MediaStream }) {
  const element = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    if (element.current !== null) element.current.srcObject = stream
  }, [stream])
  return <video ref={element} class="go-live-preview" muted autoplay playsInline aria-label={goLiveWords.preview} />
}

function Setup({ source, stream, isStarting }: Captured & { isStarting: boolean }) {
  const title = useSignal<string>(goLiveWords.defaultTitles[source])
  const record = useSignal(false)
  const isSilent = source === 'camera' && stream.getAudioTracks().length === 0
  return (
    <form
      class="go-live-body"
      onSubmit={(event) => {
        event.preventDefault()
        void start({ title: title.value, record: record.value })
      }}
    >
      <Preview stream={stream} />
      <div class="go-live-side">
        <label class="go-live-field">
          {goLiveWords.name}
          <input
            type="text"
            maxLength={100}
            disabled={isStarting}
            value={title.value}
            onInput={(event) => (title.value = event.currentTarget.value)}
          />
        </label>
        <label class="go-live-check">
          <input
            type="checkbox"
            disabled={isStarting}
            checked={record.value}
            onChange={(event) => (record.value = event.currentTarget.checked)}
          />
          {goLiveWords.record}
        </label>
        {isSilent && <p class="muted">{goLiveWords.noSound}</p>}
        <div class="go-live-actions">
          <button type="submit" class="button primary" disabled={isStarting}>
            {isStarting ? goLiveWords.starting : goLiveWords.start}
          </button>
          <button type="button" class="button" disabled={isStarting} onClick={chooseAgain}>
            {goLiveWords.another}
          </button>
        </div>
      </div>
    </form>
  )
}

function OnAir({ stream, publishing }: Extract<GoLive, { phase: 'live' }>) {
  const figures = useSendingFigures(publishing.peer)
  const { channelId } = publishing
  const isWatchable = videosById.value?.get(channelId)?.status === 'playable'
  return (
    <div class="go-live-body">
      <Preview stream={stream} />
      <div class="go-live-side">
        <p class="go-live-state" role="status">
          {isWatchable ? (
            <>
              <span class="go-live-lamp" aria-hidden="true" />
              <strong>{goLiveWords.live}</strong>
              <ElapsedTime />
            </>
          ) : (
            goLiveWords.beginning
          )}
        </p>
        {figures !== undefined && (
          <p class="muted">
            {goLiveWords.figures(
              goLiveWords.size(figures.widthPixels, figures.heightPixels),
              figures.framesPerSecond,
              formatMegabits(figures.bitsPerSecond),
            )}
          </p>
        )}
        <div class="go-live-actions">
          {isWatchable && (
            <a class="button primary" href={`/compare/${channelId}`} target="_blank" rel="noopener">
              <Icon name="play" />
              {goLiveWords.watch}
            </a>
          )}
          <button type="button" class="button" onClick={() => void stop()}>
            <Icon name="stop" />
            {goLiveWords.stop}
          </button>
        </div>
      </div>
    </div>
  )
}

const TICK_MS = 1000

/** Since it is shown. Not read out each second. */
function ElapsedTime() {
  const seconds = useSignal(0)
  useEffect(() => {
    const beganMs = performance.now()
    const timer = setInterval(() => (seconds.value = (performance.now() - beganMs) / 1000), TICK_MS) // ms to s
    return () => clearInterval(timer)
  }, [])
  return <span aria-hidden="true">{formatTime(seconds.value)}</span>
}

function Ended({ isRecorded }: { isRecorded: boolean }) {
  return (
    <>
      <p role="status">
        {goLiveWords.ended} {isRecorded && goLiveWords.keeps}
      </p>
      <div class="go-live-actions">
        <button type="button" class="button" onClick={chooseAgain}>
          {goLiveWords.again}
        </button>
      </div>
    </>
  )
}
