import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Video } from '../protocol/weir-api.ts'
import { playFile, playHls, readBody, type ArrivedBody, type ArrivedFilm } from './arriving.ts'
import { formatBytes, formatCount, formatDuration } from './format.ts'
import { videos } from './library-store.ts'
import { packageFolder } from './package-folder.ts'
import type { RealtimeSession } from './realtime-session.ts'
import { arrivingWords as words } from './realtime-words.ts'

const STRIP_WIDTH = 600

type Found = {
  readonly body: Signal<ArrivedBody | undefined>
  readonly file: Signal<ArrivedFilm | undefined>
  readonly hls: Signal<ArrivedFilm | undefined>
}

/** One long body, which is of use before it is whole: read piece by piece, played while it comes, and the same as HLS. */
export function ArrivingPart({ session }: { session: RealtimeSession }) {
  const film = videos.value.find(({ kind, status }) => kind === 'video' && status === 'ready')
  return (
    <section class="realtime-part" aria-labelledby="arriving">
      <h2 id="arriving">{words.title}</h2>
      <p>{words.note}</p>
      {film === undefined ? <p>{words.noVideo}</p> : <Arriving key={film.id} film={film} session={session} />}
    </section>
  )
}

function Arriving({ film, session }: { film: Video; session: RealtimeSession }) {
  const video = useRef<HTMLVideoElement>(null)
  const found: Found = {
    body: useSignal<ArrivedBody | undefined>(undefined),
    file: useSignal<ArrivedFilm | undefined>(undefined),
    hls: useSignal<ArrivedFilm | undefined>(undefined),
  }
  const isBusy = useSignal(false)
  const problem = useSignal<string | undefined>(undefined)
  const ending = useRef(new AbortController())
  useEffect(() => () => ending.current.abort(), [])
  const run = async (): Promise<void> => {
    isBusy.value = true
    problem.value = undefined
    try {
      await tryAll(film, { session, video: video.current!, found, signal: ending.current.signal })
    } catch (error) {
      problem.value = words.failed((error as Error).message)
    }
    isBusy.value = false
  }
  const { body, file, hls } = found
  return (
    <>
      <div class="realtime-say">
        <button type="button" class="button" disabled={isBusy.value} onClick={() => void run()}>
          {words.begin(film.title)}
        </button>
      </div>
      {problem.value !== undefined && <p role="alert">{problem.value}</p>}
      <div class="arriving">
        <video ref={video} muted playsInline aria-label={words.picture} />
        <div role="status">
          {isBusy.value && <p>{words.busy}</p>}
          {body.value !== undefined && (
            <>
              <p>
                {words.body(
                  formatCount(body.value.pieces),
                  formatBytes(body.value.sizeBytes),
                  formatDuration(body.value.firstMs),
                  formatDuration(body.value.wholeMs),
                )}
              </p>
              <Strip body={body.value} />
            </>
          )}
          {file.value !== undefined && (
            <p>{words.file(formatDuration(file.value.pictureMs), formatDuration(file.value.wholeMs))}</p>
          )}
          {hls.value !== undefined && (
            <p>{words.hls(formatDuration(hls.value.pictureMs), formatDuration(hls.value.wholeMs))}</p>
          )}
        </div>
      </div>
    </>
  )
}

type Trying = {
  readonly session: RealtimeSession
  readonly video: HTMLVideoElement
  readonly found: Found
  readonly signal: AbortSignal
}

/** One after the other, each over a line that none of the others has used. */
async function tryAll(film: Video, { session, video, found, signal }: Trying): Promise<void> {
  const source = `/api/videos/${encodeURIComponent(film.id)}/source`
  found.body.value = found.file.value = found.hls.value = undefined
  found.body.value = await readBody(session.behindLink('chunked-fetch', source), signal)
  found.file.value = await playFile(video, session.behindLink('server-sent-events', source))
  video.removeAttribute('src')
  video.load()
  const playlist = `${packageFolder(film)}/master.m3u8`
  const playing = await playHls(video, session.behindLink('websocket', playlist))
  signal.addEventListener('abort', playing.end)
  found.hls.value = await playing.film
  playing.end()
}

/** A stroke for each piece, at its time. */
function Strip({ body: { momentsMs, wholeMs } }: { body: ArrivedBody }) {
  const strokes = momentsMs.map((atMs) => `M${((atMs / wholeMs) * STRIP_WIDTH).toFixed(1)} 0v24`)
  return (
    <svg class="arriving-strip" viewBox={`0 0 ${STRIP_WIDTH} 24`} preserveAspectRatio="none" aria-hidden="true">
      <path d={strokes.join('')} />
    </svg>
  )
}
