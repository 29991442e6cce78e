/** What a small request waited while streams held a browser's connections to its origin. */
export type SixConnections = {
  readonly sameOriginMs: number
  readonly otherOriginMs: number
  readonly heldMs: number // until a stream was let go
}

const STREAMS = 6 // as many as Chromium and Firefox open to an origin over HTTP/1.1
const HELD_MS = 2000

/** Opens streams at one origin until a browser has no connection left to it, asks for nothing at that origin and at another,
 *  and lets the streams go after a while. */
export async function trySixConnections(origin: string, otherOrigin: string): Promise<SixConnections> {
  const ending = new AbortController()
  const streams = Array.from({ length: STREAMS }, () => openStream(origin, ending.signal))
  try {
    await new Promise((resolve) => setTimeout(resolve, 300)) // they are open, as far as they get
    const startMs = performance.now()
    const sameOrigin = answerMs(origin, startMs)
    const otherOriginMs = await answerMs(otherOrigin, startMs)
    await new Promise((resolve) => setTimeout(resolve, HELD_MS))
    ending.abort()
    const heldMs = performance.now() - startMs
    return { sameOriginMs: await sameOrigin, otherOriginMs, heldMs }
  } finally {
    ending.abort()
    await Promise.all(streams)
  }
}

async function openStream(origin: string, signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(`${origin}/events?since=now`, { signal, cache: 'no-store', credentials: 'omit' })
    await response.text() // for ever
  } catch {
    // let go
  }
}

async function answerMs(origin: string, startMs: number): Promise<number> {
  await fetch(`${origin}/now`, { cache: 'no-store', credentials: 'omit' })
  return performance.now() - startMs
}
