import type { SteadyPicturesWish } from './steady-pictures-worker.ts'

/** The classes of "MediaStreamTrack Insertable Media Processing using Streams" that Chromium offers to pages. */
type Insertable = {
  readonly MediaStreamTrackProcessor?: new (of: { track: MediaStreamTrack }) => { readable: ReadableStream<VideoFrame> }
  readonly MediaStreamTrackGenerator?: new (of: { kind: 'video' }) => MediaStreamTrack & {
    readonly writable: WritableStream<VideoFrame>
  }
}

export type SteadyStream = { readonly stream: MediaStream; close(): void }

/** The same stream with a picture several times a second, also of a screen on which nothing moves: Low-Latency HLS has no part without
 *  one. By a worker, which goes on at its pace while the page is hidden. Where a browser cannot, it stays as it is. */
export function steadyPictures(stream: MediaStream): SteadyStream {
  const { MediaStreamTrackProcessor: Processor, MediaStreamTrackGenerator: Generator } = window as Insertable
  const [track] = stream.getVideoTracks()
  if (Processor === undefined || Generator === undefined || track === undefined) return { stream, close() {} }
  const generator = new Generator({ kind: 'video' })
  generator.contentHint = 'detail' // text
  const worker = new Worker(new URL('./steady-pictures-worker.ts', import.meta.url), { type: 'module' })
  const wish: SteadyPicturesWish = { captured: new Processor({ track }).readable, steady: generator.writable }
  worker.postMessage(wish, [wish.captured, wish.steady])
  return {
    stream: new MediaStream([generator, ...stream.getAudioTracks()]),
    close() {
      generator.stop()
      worker.terminate()
    },
  }
}
