import { signal } from '@preact/signals'
import type { Channel } from '../protocol/weir-api.ts'
import { RequestError, requestJson } from './api.ts'
import { openCapture, type CaptureSource } from './capture-source.ts'
import { goLiveProblemWords } from './go-live-words.ts'
import { steadyPictures } from './steady-pictures.ts'
import { publish, type Publishing } from './whip-client.ts'

/** Where publishing from this page is. It goes on while another page of the app is shown. */
export type GoLive =
  | { readonly phase: 'closed' }
  | { readonly phase: 'choosing'; readonly problem?: string }
  | { readonly phase: 'asking'; readonly source: CaptureSource }
  | ({ readonly phase: 'preview'; readonly problem?: string } & Captured)
  | ({ readonly phase: 'starting' } & Captured)
  | ({ readonly phase: 'live'; readonly publishing: Publishing; readonly isRecorded: boolean } & Captured)
  | { readonly phase: 'ended'; readonly isRecorded: boolean; readonly problem?: string }

type Captured = { readonly source: CaptureSource; readonly stream: MediaStream }

export const goLive = signal<GoLive>({ phase: 'closed' })

export function openGoLive(): void {
  if (goLive.value.phase === 'closed') goLive.value = { phase: 'choosing' }
}

export async function choose(source: CaptureSource): Promise<void> {
  const asking: GoLive = { phase: 'asking', source }
  goLive.value = asking
  const capture = await openCapture(source)
  if (goLive.value !== asking) return capture.ok ? stopTracks(capture.stream) : undefined
  if (!capture.ok) {
    goLive.value = { phase: 'choosing', problem: capture.problem }
    return
  }
  const { stream } = capture
  // The browser's own button ends a shared screen, and a camera can be pulled out.
  stream.getVideoTracks()[0]?.addEventListener('ended', () => void leave(stream))
  goLive.value = { phase: 'preview', source, stream }
}

/** From the preview. */
export async function start(wish: { readonly title: string; readonly record: boolean }): Promise<void> {
  const { value } = goLive
  if (value.phase !== 'preview') return
  const captured = { source: value.source, stream: value.stream }
  const starting: GoLive = { phase: 'starting', ...captured }
  goLive.value = starting
  const sent = captured.source === 'screen' ? steadyPictures(captured.stream) : { stream: captured.stream, close() {} }
  try {
    const publishing = endingWith(await publish(sent.stream, wish, () => void lose(value.stream)), sent.close)
    if (goLive.value !== starting) return await publishing.stop()
    goLive.value = { phase: 'live', publishing, isRecorded: wish.record, ...captured }
  } catch (error) {
    sent.close()
    if (goLive.value === starting) goLive.value = { phase: 'preview', problem: problemOf(error), ...captured }
  }
}

function endingWith(publishing: Publishing, close: () => void): Publishing {
  return {
    ...publishing,
    async stop() {
      close()
      await publishing.stop()
    },
  }
}

export async function stop(): Promise<void> {
  const { value } = goLive
  if (value.phase !== 'live') return
  goLive.value = { phase: 'ended', isRecorded: value.isRecorded }
  stopTracks(value.stream)
  await value.publishing.stop()
}

/** Back to the choice of a source. */
export function chooseAgain(): void {
  release()
  goLive.value = { phase: 'choosing' }
}

export function closeGoLive(): void {
  release()
  goLive.value = { phase: 'closed' }
}

function release(): void {
  const { value } = goLive
  if (value.phase === 'live') void value.publishing.stop()
  if ('stream' in value) stopTracks(value.stream)
}

/** Its pictures have ended. */
async function leave(stream: MediaStream): Promise<void> {
  const { value } = goLive
  if (!('stream' in value) || value.stream !== stream) return
  if (value.phase === 'live') await stop()
  else chooseAgain()
}

/** The connection has gone: by the network, or because the server has ended the channel, which then says why. */
async function lose(stream: MediaStream): Promise<void> {
  const { value } = goLive
  if (value.phase !== 'live' || value.stream !== stream) return
  const { publishing, isRecorded } = value
  goLive.value = { phase: 'ended', isRecorded, problem: goLiveProblemWords.lost }
  const ended = goLive.value
  stopTracks(stream)
  const [channel] = await Promise.all([
    requestJson<Channel>('GET', `/api/channels/${publishing.channelId}`).catch(() => undefined),
    publishing.stop(),
  ])
  if (channel?.error === undefined || goLive.value !== ended) return
  goLive.value = { phase: 'ended', isRecorded, problem: goLiveProblemWords.endedThere(channel.error) }
}

function problemOf(error: unknown): string {
  if (error instanceof RequestError && error.code === 'no-data-channel') return goLiveProblemWords.noAddon
  return (error as Error).message
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
