import type { RunEvent } from '../stream/record.ts'
import type { FromWorker, ToWorker } from './udp-messages.ts'
import { UdpViewer } from './udp-viewer.ts'
import { wallMs } from './wall-clock.ts'

/** The shell of UdpViewer: messages, one timer, errors. */
const PROGRESS_MS = 100

let viewer: UdpViewer | undefined
let timer: ReturnType<typeof setTimeout> | undefined
let lastPhase: string | undefined
let nextProgressMs = 0

const post = (message: FromWorker, transfer: Transferable[] = []) => postMessage(message, { transfer })

function open({ canvas, packageUrl, jitterBufferMs, channel }: Extract<ToWorker, { kind: 'open' }>): UdpViewer {
  const onSound = (unit: Extract<FromWorker, { kind: 'sound' }>['unit']) =>
    post(
      { kind: 'sound', unit },
      unit.channels.map(({ buffer }) => buffer),
    )
  const onReport = (datagram: Uint8Array<ArrayBuffer>) => post({ kind: 'report', datagram }, [datagram.buffer])
  const onEvents = (events: readonly RunEvent[]) => post({ kind: 'events', events })
  return new UdpViewer({ canvas, packageUrl, jitterBufferMs, channel, nowMs: wallMs, onSound, onReport, onEvents })
}

function wake(): void {
  clearTimeout(timer)
  if (viewer === undefined) return
  const nextMs = viewer.advance()
  timer = setTimeout(wake, Math.max(0, nextMs - wallMs()))
  tellProgress()
}

function tellProgress(): void {
  if (wallMs() < nextProgressMs && viewer?.phase === lastPhase) return
  viewer?.tellEvents()
  const progress = viewer?.progress()
  if (progress === undefined) return
  post({ kind: 'progress', progress })
  lastPhase = progress.phase
  nextProgressMs = wallMs() + PROGRESS_MS
}

async function take(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'open':
      viewer = open(message)
      break
    case 'asked':
      viewer?.ask(message)
      break
    case 'playing':
      await viewer?.begin(message)
      break
    case 'pause':
      viewer?.pause()
      break
    case 'resuming':
      viewer?.holdForResume()
      break
    case 'resumed':
      viewer?.resume(message.answer)
      break
    case 'datagram':
      viewer?.receive(message)
      break
    case 'ended':
      viewer?.end(message.lastSequenceNumbers)
  }
  wake()
}

onmessage = ({ data }: MessageEvent<ToWorker>) => {
  take(data).catch((error: Error) => post({ kind: 'failed', message: error.message }))
}
