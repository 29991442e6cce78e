import { computed, signal } from '@preact/signals'
import type { ServerEvent, Video } from '../protocol/weir-api.ts'
import { requestJson } from './api.ts'

/** The library as the server last told it; undefined until the first answer. */
export const videosById = signal<ReadonlyMap<string, Video> | undefined>(undefined)
export const libraryProblem = signal<string | undefined>(undefined)

/** Newest first. */
export const videos = computed(() =>
  [...(videosById.value?.values() ?? [])].sort((a, b) => b.createdUnixMs - a.createdUnixMs),
)

/** GET /api/videos; a failure leaves what is shown and says why. */
export async function loadVideos(): Promise<void> {
  try {
    const list = await requestJson<readonly Video[]>('GET', '/api/videos')
    videosById.value = new Map(list.map((video) => [video.id, video]))
    libraryProblem.value = undefined
  } catch (error) {
    libraryProblem.value = (error as Error).message
  }
}

export function applyServerEvent(event: ServerEvent): void {
  if (event.kind !== 'video' && event.kind !== 'video-removed') return
  const next = new Map(videosById.value ?? [])
  if (event.kind === 'video') next.set(event.video.id, event.video)
  else next.delete(event.id)
  videosById.value = next
}

export async function deleteVideo(id: string): Promise<void> {
  await requestJson('DELETE', `/api/videos/${encodeURIComponent(id)}`)
  applyServerEvent({ kind: 'video-removed', id })
}

export async function restoreVideo(id: string): Promise<void> {
  await requestJson('POST', `/api/videos/${encodeURIComponent(id)}/restore`)
  await loadVideos()
}

export async function retryVideo(id: string): Promise<void> {
  await requestJson('POST', `/api/videos/${encodeURIComponent(id)}/retry`)
}
