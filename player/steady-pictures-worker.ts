/** What the page hands over: pictures as they are captured, and where they go on. */
export type SteadyPicturesWish = {
  readonly captured: ReadableStream<VideoFrame>
  readonly steady: WritableStream<VideoFrame>
}

const LONGEST_PICTURE_MS = 60 // encoders leave some out, and a part of Low-Latency HLS lasts 200 ms
const TICK_MS = 20

/** A screen on which nothing moves gives a picture a second or none: the newest one is given again meanwhile. */
async function repeat({ captured, steady }: SteadyPicturesWish): Promise<void> {
  const reader = captured.getReader()
  const writer = steady.getWriter()
  let newest: VideoFrame | undefined
  let givenMs = -Infinity
  const give = (frame: VideoFrame): void => {
    givenMs = performance.now()
    const dated = redrawn(frame, Math.round(givenMs * 1000)) // ms to µs
    writer.write(dated).catch(() => dated.close())
  }
  const timer = setInterval(() => {
    if (newest !== undefined && performance.now() - givenMs >= LONGEST_PICTURE_MS) give(newest)
  }, TICK_MS)
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    newest?.close()
    newest = next.value
    give(newest)
  }
  clearInterval(timer)
  newest?.close()
  await writer.close().catch(() => undefined) // nobody takes any more
}

const canvas = new OffscreenCanvas(0, 0)
const context = canvas.getContext('2d', { alpha: false })

/** A picture of its own. Tried: a VideoFrame made of another keeps the moment of capture of that one, by which WebRTC goes rather than by
 *  its timestamp, so that it takes the clock for slow and leaps by 300 ms again and again. */
function redrawn(frame: VideoFrame, timestamp: number): VideoFrame {
  const { displayWidth, displayHeight } = frame
  if (canvas.width !== displayWidth) canvas.width = displayWidth
  if (canvas.height !== displayHeight) canvas.height = displayHeight
  context?.drawImage(frame, 0, 0)
  return new VideoFrame(canvas, { timestamp })
}

addEventListener('message', ({ data }: MessageEvent<SteadyPicturesWish>) => void repeat(data))
