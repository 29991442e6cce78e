import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { Video, VideoStatus } from '../../protocol/weir-api.ts'

/** Waits until a video has come to a state; fails at once when it has failed instead. */
export async function untilStatus(
  url: string,
  id: string,
  statuses: readonly VideoStatus[],
  timeout = 60_000,
): Promise<Video> {
  return vi.waitFor(
    async () => {
      const video = await getVideo(url, id)
      if (video.status === 'failed' && !statuses.includes('failed')) throw new Error(JSON.stringify(video.error))
      expect(statuses).toContain(video.status)
      return video
    },
    { timeout, interval: 50 },
  )
}

export async function getVideo(url: string, id: string): Promise<Video> {
  return (await (await fetch(`${url}/api/videos/${id}`)).json()) as Video
}

export async function listVideos(url: string): Promise<Video[]> {
  return (await (await fetch(`${url}/api/videos`)).json()) as Video[]
}

/** `curl -F file=@…` */
export async function postFile(url: string, bytes: Uint8Array, fileName: string, query = ''): Promise<Response> {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(bytes)]), fileName)
  return fetch(`${url}/api/videos${query}`, { method: 'POST', body: form })
}

/** Creates an upload by tus; gives its address. */
export async function createUpload(url: string, sizeBytes: number, fileName: string): Promise<string> {
  const response = await fetch(`${url}/api/uploads`, {
    method: 'POST',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': String(sizeBytes),
      'Upload-Metadata': `filename ${Buffer.from(fileName).toString('base64')}`,
    },
  })
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  return new URL(response.headers.get('location') ?? '', url).href
}

export async function patchUpload(address: string, offset: number, bytes: Uint8Array): Promise<Response> {
  return fetch(address, { method: 'PATCH', headers: patchHeaders(offset), body: new Uint8Array(bytes) })
}

export function patchHeaders(offset: number): Record<string, string> {
  return {
    'Tus-Resumable': '1.0.0',
    'Upload-Offset': String(offset),
    'Content-Type': 'application/offset+octet-stream',
  }
}

/** How many bytes the server has, as HEAD tells it. */
export async function uploadOffset(address: string): Promise<number> {
  const response = await fetch(address, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } })
  return Number(response.headers.get('upload-offset') ?? Number.NaN)
}

/** Sends the head of a request and a part of its body; `cut` breaks the connection off. */
export function sendHalf(
  address: string,
  method: string,
  headers: Record<string, string>,
  bytes: Uint8Array,
): Promise<{ cut(): void }> {
  return new Promise((resolve, reject) => {
    const sending = request(address, { method, headers })
    sending.on('error', (error) => reject(error)) // after `cut` nobody listens any more
    sending.write(bytes, () => resolve({ cut: () => void sending.destroy() }))
  })
}

/** What lies in `.uploads`, but for the lock. */
export function uploadsIn(mediaFolder: string): string[] {
  return readdirSync(join(mediaFolder, '.uploads')).filter((name) => name !== 'lock.json')
}

/** A GET whose body is taken only when `read` is called. */
export function openSlowly(address: string): Promise<{ status: number | undefined; read(): Promise<number> }> {
  return new Promise((resolve, reject) => {
    const asked = request(address, (response) => {
      response.pause()
      const read = (): Promise<number> =>
        new Promise((done, fail) => {
          let bytes = 0
          response.on('data', (chunk: Buffer) => (bytes += chunk.length))
          response.on('end', () => done(bytes))
          response.on('error', fail)
          response.resume()
        })
      resolve({ status: response.statusCode, read })
    })
    asked.on('error', reject)
    asked.end()
  })
}
