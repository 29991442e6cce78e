import { readOutline } from '../protocol/outline.ts'
import type { AbrRule } from '../stream/abr.ts'
import type { Budget, JudgedBudget } from './budget.ts'
import { HlsClient, type HlsEnd, type KnownVariant } from './hls-client.ts'
import type { SourceVariant } from './hls-source.ts'
import { HttpGetter } from './http-get.ts'
import { concludeWatch } from './watch-conclusion.ts'
import { HlsWatchFold, type HlsWatchFigures } from './watch-hls-figures.ts'
import type { HlsWatchView } from './watch-hls-text.ts'

export type WatchHlsOptions = {
  readonly url: string // http[s]
  readonly plainUrl: string // the same without a link: there a Weir tells the frames
  readonly abr: AbrRule
  readonly variant: string | undefined // of `fixed`
  readonly forMs: number // Infinity: to the end
  readonly acceptsAnyCertificate: boolean
  readonly budgets: readonly Budget[]
  readonly junitFile: string | undefined
  readonly userAgent: string
  readonly signal: AbortSignal // ends it early, with its figures
  readonly everyMs: number // between two views
  readonly onView: (view: HlsWatchView) => void
}

export type WatchedHls = {
  readonly url: string
  readonly abr: AbrRule
  readonly end: HlsEnd
  readonly figures: HlsWatchFigures
  readonly areFramesKnown: boolean // else what would say something of them is left out
  readonly judged: readonly JudgedBudget[]
  readonly isGood: boolean // it played, to an end that was meant, within all budgets
}

const OUTLINE_MS = 10_000
const MAX_OUTLINE_BYTES = 50_000_000

/** Watches an HLS address without a screen and says how it was. Rejects for our own mistakes, and where the report cannot be
 *  written. */
export async function watchHls(options: WatchHlsOptions): Promise<WatchedHls> {
  const { abr, variant, forMs, signal, userAgent, acceptsAnyCertificate, everyMs, onView } = options
  const startMs = performance.now()
  const url = withoutLogin(options.url)
  const fold = new HlsWatchFold(() => 1000 / client.framesPerSecond)
  const getter = new HttpGetter({ userAgent, acceptsAnyCertificate })
  const beside = new HttpGetter({ userAgent, acceptsAnyCertificate })
  const lists = new HttpGetter({ userAgent, acceptsAnyCertificate })
  const client: HlsClient = new HlsClient({
    url: new URL(options.url),
    getter,
    lists,
    abr,
    variant,
    forMs,
    signal,
    tell: (event) => fold.add(event),
    knownOf: (of) => outlineOf(of, options, beside),
  })
  const figures = (): HlsWatchFigures => fold.figures(client)
  const views = setInterval(() => onView({ state: client.state(), figures: figures(), address: url }), everyMs)
  try {
    const end = await client.watch()
    const failure = end.reason === 'failed' ? (end.why ?? 'it failed') : undefined
    const { budgets, junitFile } = options
    const told = figures()
    const judged = await concludeWatch({ url, failure, figures: told, budgets, junitFile, startMs })
    return { url, abr, end, figures: told, areFramesKnown: client.areFramesKnown, ...judged }
  } finally {
    clearInterval(views)
    getter.close()
    beside.close()
    lists.close()
  }
}

/** What a Weir tells beside a variant's playlist; it is asked for without the link, over a connection of its own. */
async function outlineOf(
  { url }: SourceVariant,
  { url: watched, plainUrl, signal }: WatchHlsOptions,
  getter: HttpGetter,
): Promise<KnownVariant | undefined> {
  const [through, plain] = [new URL('.', watched).href, new URL('.', plainUrl).href]
  if (!url.href.startsWith(through)) return undefined // another server's
  const address = new URL('outline.json', plain + url.href.slice(through.length))
  const limits = { maxBytes: MAX_OUTLINE_BYTES, timeoutMs: OUTLINE_MS, keepsBody: true, signal }
  const text = await getter.get(address, limits).then(
    ({ body }) => Buffer.from(body).toString(),
    () => '',
  )
  const outline = readOutline(text)
  return outline.ok ? outline.value : undefined
}

function withoutLogin(address: string): string {
  const url = new URL(address)
  url.username = url.password = ''
  return url.href
}
