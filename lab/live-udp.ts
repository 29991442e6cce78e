import { setTimeout as delay } from 'node:timers/promises'
import type { SideSpec } from '../simulation/experiment.ts'
import type { ViewerEvent } from '../stream/record.ts'
import { startReceiver, type Receiver } from '../udp-relay/receiver.ts'
import { ReceiverFailure } from '../udp-relay/receiver-failure.ts'

export type LiveUdpOptions = {
  readonly rtspUrl: string // of the variant, through the side's link
  readonly variant: { readonly name: string; readonly bitsPerSecond: number }
  readonly spec: SideSpec & { readonly kind: 'udp' | 'rtp-over-tcp' }
  readonly durationMs: number
  readonly userAgent: string
  readonly signal: AbortSignal
  readonly tell: (event: ViewerEvent) => void
}

const DEFAULT_JITTER_BUFFER_MS = 200

/** Watches over RTP with our own receiver, from the wish to play on, and says whether all was seen. An address that does not
 *  play is an outcome: nothing was shown. Rejects with the signal's reason. */
export async function watchRtp(options: LiveUdpOptions): Promise<{ readonly hasEnded: boolean }> {
  const { signal, durationMs } = options
  const askedMs = performance.now()
  const timer = new AbortController()
  const left: Receiver[] = []
  try {
    const receiver = await open(options)
    left.push(receiver)
    const leave = delay(Math.max(0, askedMs + durationMs - performance.now()), 'time' as const, {
      signal: AbortSignal.any([signal, timer.signal]),
    })
    leave.catch(() => undefined)
    const end = await Promise.race([receiver.ended, leave])
    return { hasEnded: end !== 'time' && (end.reason === 'bye' || end.reason === 'complete') }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof ReceiverFailure)) throw error
    return { hasEnded: false }
  } finally {
    timer.abort()
    for (const receiver of left) await receiver.close()
  }
}

function open({ rtspUrl, spec, userAgent, tell, variant }: LiveUdpOptions): Promise<Receiver> {
  const { jitterBufferMs = DEFAULT_JITTER_BUFFER_MS } = spec
  const repair = spec.kind === 'udp' ? spec.repair : 'off'
  return startReceiver({
    url: repair === 'off' ? rtspUrl : `${rtspUrl}?repair=${repair}`,
    transport: spec.kind === 'udp' ? 'udp' : 'tcp',
    jitterBufferMs,
    userAgent,
    leavesOutOptions: true, // as the model of a set-up has it (protocol/rtsp-exchange.ts)
    tell: withVariant(variant, tell),
  })
}

/** What an RTSP address does not tell, and the lab knows. */
function withVariant(
  { name, bitsPerSecond }: LiveUdpOptions['variant'],
  tell: (event: ViewerEvent) => void,
): (event: ViewerEvent) => void {
  let isTold = false
  return (event) => {
    if (!isTold && (event.kind === 'frame-shown' || event.kind === 'sound-heard')) {
      isTold = true
      tell({ kind: 'variant-shown', atMs: event.atMs, variant: name, bitsPerSecond })
    }
    tell(event)
  }
}
