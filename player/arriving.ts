/** A body as it came: each piece that the page was given; moments since it asked. */
export type ArrivedBody = {
  readonly pieces: number
  readonly momentsMs: readonly number[] // of the first so many
  readonly sizeBytes: number
  readonly firstMs: number
  readonly wholeMs: number
}

/** A film on the page's screen: when its first picture stood there, when all of it had come. */
export type ArrivedFilm = { readonly pictureMs: number; readonly wholeMs: number }

const MOST_MOMENTS = 10_000

/** Reads a body piece by piece (RFC 9112 section 7.1; the Fetch standard's body stream). Rejects where there is none. */
export async function readBody(address: string, signal: AbortSignal): Promise<ArrivedBody> {
  const startMs = performance.now()
  const response = await fetch(address, { signal, cache: 'no-store' })
  if (!response.ok || response.body === null) throw new Error(`${response.status} ${response.statusText}`)
  const reader = response.body.getReader()
  const momentsMs: number[] = []
  let pieces = 0
  let sizeBytes = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    pieces += 1
    sizeBytes += part.value.length
    if (pieces <= MOST_MOMENTS) momentsMs.push(performance.now() - startMs)
  }
  return { pieces, momentsMs, sizeBytes, firstMs: momentsMs[0] ?? 0, wholeMs: performance.now() - startMs }
}

/** Plays a file as it comes: one body, which the browser begins to show before it is whole. */
export async function playFile(video: HTMLVideoElement, address: string): Promise<ArrivedFilm> {
  const film = watchFilm(video)
  video.src = address
  return film
}

/** Plays the same by hls.js, segment by segment. `end` lets go of it. */
export async function playHls(
  video: HTMLVideoElement,
  address: string,
): Promise<{ readonly film: Promise<ArrivedFilm>; end(): void }> {
  const { default: Hls } = await import('hls.js')
  const hls = new Hls({ maxBufferLength: 600, maxMaxBufferLength: 600 }) // seconds: all of it, as the file does
  const film = watchFilm(video)
  hls.loadSource(address)
  hls.attachMedia(video)
  return { film, end: () => hls.destroy() }
}

function watchFilm(video: HTMLVideoElement): Promise<ArrivedFilm> {
  const startMs = performance.now()
  let pictureMs: number | undefined
  return new Promise((resolve, reject) => {
    video.onloadeddata = () => {
      pictureMs = performance.now() - startMs
      video.play().catch(() => undefined) // a browser may want a click first
    }
    video.onprogress = video.ontimeupdate = () => {
      if (pictureMs !== undefined && isWhole(video)) resolve({ pictureMs, wholeMs: performance.now() - startMs })
    }
    video.onerror = () => reject(new Error(video.error?.message))
  })
}

function isWhole({ buffered, duration }: HTMLVideoElement): boolean {
  return buffered.length > 0 && buffered.end(buffered.length - 1) >= duration - 0.25
}
