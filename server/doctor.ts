import type { Environment } from '../segmenter/tool-candidates.ts'
import { loadSegmentationOffload } from '../udp-relay/segmentation-offload.ts'
import { searchFfmpeg, searchFfprobe, type Ffmpeg, type Rejection, type Search, type Tool } from '../segmenter/tools.ts'

export type Examination = {
  readonly lines: readonly string[]
  readonly isUsable: boolean // whether Weir can do its main job here
}

/** What `weir doctor` says: each program and addon, where it was found, and what is lost without it. */
export async function examineMachine(env: Environment): Promise<Examination> {
  const [ffmpeg, ffprobe, dataChannel, offload] = await Promise.all([
    searchFfmpeg(env),
    searchFfprobe(env),
    loadDataChannel(),
    loadSegmentationOffload(),
  ])
  const lines = [
    `Node ${process.versions.node} on ${process.platform} ${process.arch}`,
    ...toolLines('ffmpeg', ffmpeg, 'no video can be segmented, and there is no sample clip'),
    ...(ffmpeg.found === undefined ? [] : abilityLines(ffmpeg.found)),
    ...toolLines('ffprobe', ffprobe, 'no upload can be looked at, so none is taken'),
    ...dataChannelLines(dataChannel),
    offloadLine(offload !== undefined),
  ]
  return { lines, isUsable: ffmpeg.found !== undefined && ffprobe.found !== undefined }
}

function toolLines(name: string, { found, rejected }: Search<Tool>, loss: string): string[] {
  const head =
    found === undefined
      ? `✗ ${name}: not found; without it ${loss}. Install it (apt-get install ffmpeg, brew install ffmpeg), or name it in ${name.toUpperCase()}_PATH.`
      : `✓ ${name} ${found.version}: ${found.path} (${found.origin})`
  return [head, ...rejected.map(rejectionLine)]
}

function rejectionLine({ path, origin, reason }: Rejection): string {
  return `  not taken: ${path} (${origin}): ${reason}`
}

/** An ffmpeg without the encoders that the main job needs would not have been taken. */
function abilityLines({ canDrawText, canToneMap, deinterlacer }: Ffmpeg): string[] {
  return [
    '✓ encoders: libx264, aac, mjpeg',
    canDrawText ? '✓ drawtext' : '✗ drawtext: the sample clip shows no text',
    canToneMap ? '✓ zscale, tonemap' : '✗ zscale, tonemap: the colours of HDR look pale',
    deinterlacer === undefined ? '✗ bwdif, yadif: interlaced pictures stay so' : `✓ ${deinterlacer}`,
  ].map((line) => `  ${line}`)
}

/** Undefined when the addon loads, else why it does not. */
async function loadDataChannel(): Promise<Error | undefined> {
  try {
    await import('node-datachannel')
    return undefined
  } catch (error) {
    return error as Error
  }
}

function dataChannelLines(failure: Error | undefined): string[] {
  if (failure === undefined) return ['✓ node-datachannel: UDP reaches the browser']
  const [reason] = failure.message.split('\n')
  return [
    '✗ node-datachannel: browsers get their packets over a WebSocket, so the last hop is TCP. npm ci installs it.',
    `  ${reason}`,
  ]
}

/** Looked for by sending a burst to ourselves. */
function offloadLine(works: boolean): string {
  if (works) return '✓ koffi and UDP segmentation offload: RTP/MP2T leaves in bursts'
  const why = process.platform === 'linux' ? 'npm ci installs koffi, Linux 4.18 can offload' : 'Linux alone has it'
  return `✗ koffi and UDP segmentation offload: each packet of RTP/MP2T is a system call of its own, at some times the CPU. ${why}.`
}
