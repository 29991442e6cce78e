import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { SideSpec } from '../simulation/experiment.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { openBlankPage } from './chromium-page.ts'

export type HlsJsOptions = {
  readonly url: URL // of the multivariant playlist, through the side's link
  readonly spec: SideSpec & { readonly kind: 'hls' }
  readonly ladder: readonly string[] // the variants that it may take; of `fixed` one
  readonly durationMs: number
  readonly signal: AbortSignal
  readonly tell: (event: ViewerEvent) => void
}

type PageWish = {
  readonly address: string
  readonly ladder: readonly string[]
  readonly settings: Readonly<Record<string, number | boolean>>
}

const POLL_MS = 100

/** Watches with hls.js in Chromium, from the wish to play on; what the page tells is put on this process's clock. Frames are those
 *  that the compositor showed (requestVideoFrameCallback). Rejects with LabMissing, the signal's reason. */
export async function watchWithHlsJs(options: HlsJsOptions): Promise<{ readonly hasEnded: boolean }> {
  const { url, spec, ladder, durationMs, signal, tell } = options
  const opened = await openBlankPage({ flags: ['--autoplay-policy=no-user-gesture-required'] })
  try {
    const { page } = opened
    await page.goto(new URL('/api/health', url).href) // of the same origin
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js'), 'utf8'))
    await page.evaluate('globalThis.__name = (value) => value') // what some builds wrap functions in
    const { maxBufferSeconds } = spec
    const limit =
      maxBufferSeconds === undefined ? {} : { maxBufferLength: maxBufferSeconds, maxMaxBufferLength: maxBufferSeconds }
    const settings = { enableWorker: false, ...limit }
    signal.throwIfAborted()
    await page.evaluate(playInPage, { address: url.href, ladder, settings } satisfies PageWish)
    const hasEnded = await follow(page, { durationMs, signal, tell })
    signal.throwIfAborted()
    return { hasEnded }
  } finally {
    await opened.close()
  }
}

async function follow(
  page: Page,
  { durationMs, signal, tell }: Pick<HlsJsOptions, 'durationMs' | 'signal' | 'tell'>,
): Promise<boolean> {
  const untilMs = performance.now() + durationMs
  const left = new AbortController()
  const close = (): void => left.abort()
  signal.addEventListener('abort', close)
  try {
    while (performance.now() < untilMs && !signal.aborted) {
      await delay(Math.min(POLL_MS, Math.max(0, untilMs - performance.now())), undefined, {
        signal: left.signal,
      }).catch(() => undefined)
      const told = await page.evaluate(takeTold)
      // Both clocks count from civil time, so that a difference of the two places a moment of the page here.
      const offsetMs = told.originUnixMs - performance.timeOrigin
      for (const event of told.events) tell(shifted(event, offsetMs))
      if (told.events.some(({ kind }) => kind === 'ended')) return true
    }
    return false
  } finally {
    signal.removeEventListener('abort', close)
  }
}

function shifted(event: ViewerEvent, offsetMs: number): ViewerEvent {
  const at = { ...event, atMs: event.atMs + offsetMs }
  if (at.kind !== 'segment-received' && at.kind !== 'segment-cancelled') return at
  const { askedMs, firstByteMs } = at
  return {
    ...at,
    askedMs: askedMs + offsetMs,
    ...(firstByteMs === undefined ? {} : { firstByteMs: firstByteMs + offsetMs }),
  }
}

/** What the page has told since it was asked last. Runs in the page, as the next one does. */
function takeTold(): { readonly originUnixMs: number; readonly events: ViewerEvent[] } {
  const events = (Reflect.get(window, 'told') as ViewerEvent[]).splice(0)
  return { originUnixMs: performance.timeOrigin, events }
}

function playInPage({ address, ladder, settings }: PageWish): void {
  const Hls = Reflect.get(window, 'Hls') as typeof import('hls.js').default
  const told: ViewerEvent[] = []
  Reflect.set(window, 'told', told)
  document.body.innerHTML = '<video muted autoplay playsinline style="width:640px"></video>'
  const video = document.querySelector('video') as HTMLVideoElement
  const hls = new Hls(settings)
  const nameOf = (level: number): string =>
    new URL(hls.levels[level]?.url[0] ?? address).pathname.split('/').at(-2) ?? ''
  const fileOf = (frag: { relurl?: string | undefined; level: number }) => ({
    uri: (frag.relurl ?? '').slice(0, 400),
    variant: nameOf(frag.level),
  })
  const { Events } = Hls
  hls.on(Events.MANIFEST_PARSED, () => {
    for (let level = hls.levels.length - 1; level >= 0; level -= 1) {
      if (!ladder.includes(nameOf(level)) && hls.levels.length > 1) hls.removeLevel(level)
    }
  })
  hls.on(Events.FRAG_LOADING, (_, { frag }) => {
    if (frag.type === 'main') told.push({ kind: 'segment-asked', atMs: performance.now(), ...fileOf(frag) })
  })
  const loaded = (
    kind: 'segment-received' | 'segment-cancelled',
    frag: Parameters<typeof fileOf>[0],
    stats: { loaded: number; loading: { start: number; first: number; end: number } },
  ): void => {
    const { start: askedMs, first, end } = stats.loading
    const firstByte = first > 0 ? { firstByteMs: first } : {}
    const atMs = kind === 'segment-received' && end > 0 ? end : performance.now()
    told.push({ kind, atMs, ...fileOf(frag), sizeBytes: stats.loaded, askedMs, ...firstByte })
  }
  hls.on(Events.FRAG_LOADED, (_, { frag }) => {
    if (frag.type === 'main' && typeof frag.sn === 'number') loaded('segment-received', frag, frag.stats)
  })
  hls.on(Events.FRAG_LOAD_EMERGENCY_ABORTED, (_, { frag, stats }) => loaded('segment-cancelled', frag, stats))
  let shownLevel = -1
  hls.on(Events.FRAG_CHANGED, (_, { frag }) => {
    if (frag.level === shownLevel) return
    shownLevel = frag.level
    const bitsPerSecond = hls.levels[frag.level]?.maxBitrate ?? 0
    told.push({ kind: 'variant-shown', atMs: performance.now(), variant: nameOf(frag.level), bitsPerSecond })
  })
  let presented = 0
  const onFrame = (nowMs: number, { presentedFrames }: VideoFrameCallbackMetadata): void => {
    for (; presented < presentedFrames; presented += 1) told.push({ kind: 'frame-shown', atMs: nowMs, state: 'intact' })
    video.requestVideoFrameCallback(onFrame)
  }
  video.requestVideoFrameCallback(onFrame)
  video.addEventListener('ended', () => told.push({ kind: 'ended', atMs: performance.now() }))
  setInterval(() => {
    if (!video.ended) told.push({ kind: 'playhead', atMs: performance.now(), positionSeconds: video.currentTime })
  }, 40)
  told.push({ kind: 'play-asked', atMs: performance.now() })
  hls.loadSource(address)
  hls.attachMedia(video)
  void video.play().catch(() => undefined)
}
