import { open, realpath, type FileHandle } from 'node:fs/promises'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Answer, Store, Wish } from './store.ts'

/** The files of one folder and those below it; all else is refused, whatever a playlist names. */
export function folderStore(root: string, signal?: AbortSignal): Store {
  return {
    isHttp: false,
    async read(url, wish) {
      signal?.throwIfAborted()
      if (url.protocol !== 'file:') return { ok: false, why: `it lies elsewhere, at ${url.protocol}//${url.host}` }
      try {
        return await readFileOf(await realpath(root), url, wish)
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        return { ok: false, why: code === 'ENOENT' ? 'no such file' : (code ?? message) }
      }
    },
  }
}

async function readFileOf(root: string, url: URL, { maxBytes, range }: Wish): Promise<Answer> {
  const plain = new URL(url)
  plain.search = plain.hash = ''
  const path = await realpath(fileURLToPath(plain))
  if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    return { ok: false, why: 'it lies outside of the folder' }
  }
  const file = await open(path)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) return { ok: false, why: 'no file' }
    const start = range?.offsetBytes ?? 0
    const lengthBytes = Math.max(0, Math.min(range?.lengthBytes ?? Infinity, stats.size - start))
    if (lengthBytes > maxBytes) return { ok: false, why: `larger than the limit of ${maxBytes} bytes` }
    const bytes = await readSpan(file, start, lengthBytes)
    return { ok: true, url, status: range === undefined ? 200 : 206, bytes, wholeBytes: stats.size, headers: new Map() }
  } finally {
    await file.close()
  }
}

/** As much of the span as there is: a file may lose its end meanwhile. */
async function readSpan(file: FileHandle, start: number, lengthBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(lengthBytes)
  let done = 0
  while (done < lengthBytes) {
    const { bytesRead } = await file.read(bytes, done, lengthBytes - done, start + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}
