import busboy from 'busboy'
import type { IncomingMessage } from 'node:http'
import { open, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { Refusal } from './refusal.ts'

export type WholeFile = { readonly fileName: string | undefined; readonly title: string | undefined }
type Limits = { readonly path: string; readonly maxBytes: number }

/** Receives the body of `POST /api/videos` into a new file: the multipart field `file` (RFC 7578) or the raw body.
 *  Throws a refusal; then, and when the client breaks off, the file is gone again. */
export async function receiveWholeFile(request: IncomingMessage, limits: Limits): Promise<WholeFile> {
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > limits.maxBytes + MULTIPART_BYTES) throw tooLarge(limits.maxBytes)
  const isMultipart = /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')
  try {
    if (isMultipart) return await receiveMultipart(request, limits)
    await store(request, limits)
    return { fileName: undefined, title: undefined }
  } catch (error) {
    await rm(limits.path, { force: true })
    if (request.errored !== null)
      throw new Refusal('broken-off', 'expected the whole body, the connection ended before')
    request.resume() // what is left of the body, so that the client comes to read the answer
    throw error
  }
}

const MULTIPART_BYTES = 65_536 // the other fields and the boundaries of a form, generously

function tooLarge(maxBytes: number): Refusal {
  return new Refusal('too-large', `expected at most ${maxBytes} bytes`)
}

/** Writes a stream to a new file. The stream is left open on a failure: the request still has an answer to come. */
async function store(source: Readable, { path, maxBytes }: Limits): Promise<void> {
  const file = await open(path, 'wx')
  try {
    let bytes = 0
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      await file.writeFile(chunk)
    }
  } finally {
    await file.close()
  }
}

async function receiveMultipart(request: IncomingMessage, limits: Limits): Promise<WholeFile> {
  const form = readForm(request)
  let stored: Promise<string> | undefined
  let title: string | undefined
  form.on('field', (name, value) => {
    if (name === 'title') title = value
  })
  form.on('file', (name, stream, { filename }) => {
    if (name !== 'file' || stored !== undefined) return void stream.resume()
    stored = store(stream, limits).then(() => filename)
    stored.catch(() => stream.resume()) // the rest is let go, so that the form comes to its end
  })
  const parsed = new Promise<void>((resolve, reject) => {
    form.once('close', resolve)
    form.once('error', (error) => reject(new Refusal('bad-request', `expected a multipart form: ${String(error)}`)))
    request.once('error', (error) => form.destroy(error))
  })
  request.pipe(form)
  try {
    await parsed
  } finally {
    await stored?.catch(() => undefined) // the file is closed before anyone removes it
  }
  if (stored === undefined)
    throw new Refusal('bad-request', 'expected the file in the multipart field "file", got none')
  return { fileName: await stored, title }
}

function readForm(request: IncomingMessage): busboy.Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: { files: 1, fields: 10, fieldSize: 1000 },
    })
  } catch (error) {
    throw new Refusal('bad-request', `expected a multipart form with a boundary: ${(error as Error).message}`)
  }
}
