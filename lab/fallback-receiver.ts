import { Fallback, type FallbackTry, type FallbackWay } from '../stream/fallback.ts'
import { ReceiverFailure } from '../udp-relay/receiver-failure.ts'
import { startReceiver, type Receiver, type ReceiverOptions } from '../udp-relay/receiver.ts'

export type FallbackStart = {
  readonly receiver: Receiver | undefined // undefined: HLS is next, which is somebody else's
  /** As far as they are known: the picture of the newest may still come. */
  readonly tries: () => readonly FallbackTry[]
}

type RtpWay = Exclude<FallbackWay, 'hls'>
type Came = { readonly heard: () => void; readonly packet: () => void; readonly picture: () => void }
const LOOK_MS = 50
const transports = { 'rtp-udp': 'udp', 'rtp-tcp': 'tcp' } as const

/** Plays an RTSP address by the first of `ways` by which packets come; resolves with the first one, or when HLS is next. Rejects
 *  with the last way's ReceiverFailure. */
export async function startByFallback(
  options: Omit<ReceiverOptions, 'transport'>,
  ways: readonly FallbackWay[],
): Promise<FallbackStart> {
  const askedMs = performance.now()
  const fallback = new Fallback(ways, askedMs)
  const tries = () => fallback.tries
  for (;;) {
    const { way } = fallback
    if (way === 'hls') return { receiver: undefined, tries }
    const receiver = await startUntilPacket({ ...options, askedMs }, way, fallback)
    if (receiver !== undefined) return { receiver, tries }
  }
}

/** `undefined`: it was left for the next way. */
async function startUntilPacket(
  options: Omit<ReceiverOptions, 'transport'>,
  way: RtpWay,
  fallback: Fallback,
): Promise<Receiver | undefined> {
  const given = new AbortController()
  let hasPacket = (): void => {}
  const packetCame = new Promise<void>((resolve) => (hasPacket = resolve))
  const left = whenLeft(fallback, packetCame)
  const starting = startOne(options, way, given.signal, {
    heard: () => fallback.heard(performance.now()),
    packet: () => {
      if (fallback.way === way) fallback.packet(performance.now())
      hasPacket()
    },
    picture: () => fallback.way === way && fallback.picture(performance.now()),
  }).then(async (receiver) => {
    if (fallback.way === way) fallback.answered(performance.now())
    await Promise.race([packetCame, receiver.ended])
    return receiver
  })
  try {
    const receiver = await Promise.race([starting, left])
    if (receiver !== undefined) return receiver
  } catch (error) {
    if (!(error instanceof ReceiverFailure) || !fallback.refused(performance.now())) throw error
  } finally {
    hasPacket() // whatever came, nobody waits for one any more
  }
  given.abort()
  void starting.then(
    (receiver) => receiver.close(),
    () => {}, // it was given up
  )
  return undefined
}

function startOne(
  options: Omit<ReceiverOptions, 'transport'>,
  way: RtpWay,
  signal: AbortSignal,
  came: Came,
): Promise<Receiver> {
  return startReceiver({
    ...options,
    transport: transports[way],
    signal,
    onAnswer: came.heard,
    tell: (event) => {
      if (event.kind === 'media-received') came.packet()
      if (event.kind === 'frame-shown' || event.kind === 'sound-heard') came.picture()
      options.tell?.(event)
    },
  })
}

/** When the way has been left for the next one; never, once a packet has come. */
function whenLeft(fallback: Fallback, packetCame: Promise<void>): Promise<undefined> {
  return new Promise((resolve) => {
    const look = setInterval(() => {
      if (fallback.look(performance.now())) resolve(undefined)
    }, LOOK_MS)
    void packetCame.then(() => clearInterval(look))
  })
}
