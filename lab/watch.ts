import { createWriteStream, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { readReceiverAddress } from '../udp-relay/receiver-address.ts'
import type { Receiver, ReceiverOptions } from '../udp-relay/receiver.ts'
import { ReceiverFailure } from '../udp-relay/receiver-failure.ts'
import type { ReceiverEnd } from '../udp-relay/received-presentation.ts'
import type { FallbackTry, FallbackWay } from '../stream/fallback.ts'
import type { Budget, JudgedBudget } from './budget.ts'
import { startByFallback, type FallbackStart } from './fallback-receiver.ts'
import { concludeWatch } from './watch-conclusion.ts'
import { watchFigures, type WatchFigures } from './watch-figures.ts'
import { watchLine } from './watch-text.ts'

export type WatchOptions = {
  readonly url: string
  readonly forMs: number // Infinity: to the end
  /** Undefined: UDP, then TCP where no packet comes; over TLS TCP. */
  readonly transport: 'udp' | 'tcp' | undefined
  readonly endsWithHls: boolean // where RTP does not come either way, somebody watches HLS instead
  readonly acceptsAnyCertificate: boolean // of an rtsps address
  readonly jitterBufferMs: number
  readonly budgets: readonly Budget[]
  readonly junitFile: string | undefined
  readonly outFile: string | undefined
  readonly userAgent: string
  readonly signal: AbortSignal // ends it early, with its figures
  readonly everyMs: number // between two lines
  readonly onLine: (line: string) => void
}

/** `end.reason` is 'asked' after `--for`, 'interrupted' after the signal, 'refused' where nothing played, 'hls' where HLS is to go
 *  on. */
export type Watched = {
  readonly url: string
  readonly transport?: 'udp' | 'tcp'
  readonly tries: readonly FallbackTry[] // of one way alone when the transport was said
  readonly jitterBufferMs: number
  readonly end: {
    readonly reason: ReceiverEnd['reason'] | 'asked' | 'interrupted' | 'refused' | 'hls'
    readonly why?: string
  }
  readonly figures?: WatchFigures
  readonly judged: readonly JudgedBudget[]
  readonly unwrittenBytes: number // the disk was too slow for
  readonly isGood: boolean // it played, to an end that was meant, within all budgets
}

const MAX_UNWRITTEN_BYTES = 32_000_000

/** Watches an RTSP address without a screen and says how it was. Rejects for our own mistakes, and files that cannot be written. */
export async function watch(options: WatchOptions): Promise<Watched> {
  const startMs = performance.now()
  const recording = options.outFile === undefined ? undefined : new Recording(options.outFile)
  const started = await open(options, recording)
  if (started instanceof ReceiverFailure) {
    await recording?.close()
    const advice = started.code === 'untrusted' ? ' (--insecure takes it all the same)' : ''
    return conclude(options, { end: { reason: 'refused', why: `${started.message}${advice}` }, tries: [] }, startMs)
  }
  const { receiver, tries } = started
  if (receiver === undefined) {
    await recording?.close()
    return conclude(options, { end: { reason: 'hls' }, tries: tries() }, startMs)
  }
  const lines = setInterval(() => {
    const figures = receiver.figures()
    options.onLine(watchLine(watchFigures(figures, performance.now() - startMs), figures))
  }, options.everyMs)
  const end = await endOf(receiver, options)
  const sinceAskedMs = performance.now() - startMs
  clearInterval(lines)
  await receiver.close()
  await recording?.close()
  const { unwrittenBytes = 0 } = recording ?? {}
  const figures = watchFigures(receiver.figures(), sinceAskedMs)
  return conclude(options, { end, tries: tries(), transport: receiver.transport, figures, unwrittenBytes }, startMs)
}

async function open(options: WatchOptions, recording: Recording | undefined): Promise<FallbackStart | ReceiverFailure> {
  const { url, acceptsAnyCertificate, jitterBufferMs, userAgent } = options
  const onTransportStream = recording && ((bytes: Uint8Array): void => recording.write(bytes))
  const wanted: ReceiverOptions = { url, acceptsAnyCertificate, jitterBufferMs, userAgent, onTransportStream }
  return startByFallback(wanted, waysOf(options)).catch((error: unknown) => {
    if (error instanceof ReceiverFailure) return error
    throw error
  })
}

/** Over TLS packets go in the connection alone: UDP goes in the clear. */
function waysOf({ url, transport, endsWithHls }: WatchOptions): readonly FallbackWay[] {
  const isSecure = readReceiverAddress(url)?.isSecure === true
  const rtp = (['udp', 'tcp'] as const).filter((one) => one === (transport ?? (isSecure ? 'tcp' : one)))
  return [...rtp.map((one) => `rtp-${one}` as const), ...(endsWithHls ? (['hls'] as const) : [])]
}

/** Whatever comes first. */
async function endOf(receiver: Receiver, { forMs, signal }: WatchOptions): Promise<Watched['end']> {
  let timer: NodeJS.Timeout | undefined
  const asked = new Promise<Watched['end']>((resolve) => {
    if (forMs !== Infinity) timer = setTimeout(() => resolve({ reason: 'asked' }), forMs)
  })
  const interrupted = new Promise<Watched['end']>((resolve) => {
    if (signal.aborted) resolve({ reason: 'interrupted' })
    signal.addEventListener('abort', () => resolve({ reason: 'interrupted' }))
  })
  const end = await Promise.race([receiver.ended, asked, interrupted])
  clearTimeout(timer)
  return end
}

type Outcome = Pick<Watched, 'end' | 'tries'> & Partial<Pick<Watched, 'transport' | 'figures' | 'unwrittenBytes'>>

async function conclude(options: WatchOptions, outcome: Outcome, startMs: number): Promise<Watched> {
  const { jitterBufferMs, budgets, junitFile } = options
  const url = readReceiverAddress(options.url)?.url ?? options.url // without the password
  const { end, figures = {}, unwrittenBytes = 0 } = outcome
  const isMeant = ['bye', 'complete', 'asked', 'interrupted', 'hls'].includes(end.reason)
  const failure = isMeant ? undefined : (end.why ?? end.reason)
  const { judged, isGood } = await concludeWatch({ url, failure, figures, budgets, junitFile, startMs })
  return { url, jitterBufferMs, ...outcome, judged, unwrittenBytes, isGood }
}

/** A file that is written while packets come; what the disk cannot take in time is left out and counted. */
class Recording {
  readonly #stream: WriteStream
  #error: Error | undefined
  unwrittenBytes = 0

  constructor(path: string) {
    this.#stream = createWriteStream(path)
    this.#stream.on('error', (error) => (this.#error = error))
  }

  write(bytes: Uint8Array): void {
    if (this.#error !== undefined || this.#stream.writableLength > MAX_UNWRITTEN_BYTES)
      this.unwrittenBytes += bytes.length
    else this.#stream.write(bytes)
  }

  /** Rejects where the file could not be written. */
  async close(): Promise<void> {
    if (this.#error !== undefined) throw this.#error
    this.#stream.end()
    await finished(this.#stream)
  }
}
