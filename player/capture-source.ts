import { goLiveProblemWords } from './go-live-words.ts'

export type CaptureSource = 'camera' | 'screen'

/** What is to be sent, or why there is nothing. */
export type Capture =
  | { readonly ok: true; readonly stream: MediaStream }
  | { readonly ok: false; readonly problem: string }

const PICTURES = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } }
const SCREEN = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 30, max: 30 } }

/** Asks whoever sits there for a camera with its microphone, or for a screen. */
export async function openCapture(source: CaptureSource): Promise<Capture> {
  const missing = whatIsMissing(source)
  if (missing !== undefined) return { ok: false, problem: missing }
  try {
    return { ok: true, stream: await (source === 'camera' ? openCamera() : openScreen()) }
  } catch (error) {
    return { ok: false, problem: captureProblem(source, error) }
  }
}

/** In words, by the names that Media Capture and Streams gives to what goes wrong (section 10.2). */
export function captureProblem(source: CaptureSource, error: unknown): string {
  const { name, message } = error as DOMException
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return goLiveProblemWords.denied[source]
    case 'NotFoundError':
    case 'OverconstrainedError':
      return goLiveProblemWords.notFound[source]
    case 'NotReadableError':
    case 'AbortError':
      return goLiveProblemWords.notReadable[source]
    default:
      return goLiveProblemWords.other(message)
  }
}

/** Browsers hide what they do not offer: to pages that are no secure context, or at all. */
function whatIsMissing(source: CaptureSource): string | undefined {
  const devices = (navigator as { mediaDevices?: Partial<MediaDevices> }).mediaDevices
  if (devices?.getUserMedia === undefined) return goLiveProblemWords.insecure(location.origin)
  if (!('RTCPeerConnection' in window)) return goLiveProblemWords.noPeers
  if (source === 'screen' && devices.getDisplayMedia === undefined) return goLiveProblemWords.noScreen
  return undefined
}

/** Without a microphone the camera alone. */
async function openCamera(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: PICTURES, audio: true })
  } catch (error) {
    if ((error as DOMException).name !== 'NotFoundError') throw error
    return navigator.mediaDevices.getUserMedia({ video: PICTURES })
  }
}

async function openScreen(): Promise<MediaStream> {
  return navigator.mediaDevices.getDisplayMedia({ video: SCREEN, audio: true })
}
