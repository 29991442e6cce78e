import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { acceptsGzip, gzip, PACKED_FROM_BYTES } from './hot-file.ts'
import type { ByteRange } from './http-conditions.ts'
import { allowEveryOrigin } from './origin-cors.ts'
import type { FoundFile } from './origin-files.ts'
import { readWholeFile } from './package-files.ts'
import { answerTo, representationOf } from './representation.ts'

const READ_BYTES = 256 * 1024 // at once: each read is a trip to another thread
const GZIP_LEVEL = 6 // of the runs that were recorded

/** The answer behind a link: nobody may keep it, so it has no validators and nothing is ever `not modified`. Its bytes are
 *  held until they arrive, and so are its own: they come from no buffer that is used again. */
export async function answerThroughLink(
  request: IncomingMessage,
  response: ServerResponse,
  found: FoundFile,
): Promise<void> {
  allowEveryOrigin(response, true)
  if (found.kind.isText) return answerText(request, response, found)
  const { handle, stats, kind } = found
  const range = writeHead(request, response, { sizeBytes: stats.size, type: kind.type, takesRanges: true })
  if (range === undefined || stats.size === 0) return void response.end()
  const { first: start, last: end } = range
  await pipeline(handle.createReadStream({ start, end, autoClose: false, highWaterMark: READ_BYTES }), response)
}

async function answerText(request: IncomingMessage, response: ServerResponse, found: FoundFile): Promise<void> {
  const plain = await readWholeFile(found)
  const isPacked = plain.length >= PACKED_FROM_BYTES && acceptsGzip(request.headers)
  const body = isPacked ? await gzip(plain, GZIP_LEVEL) : plain
  response.setHeader('Vary', 'Accept-Encoding')
  if (isPacked) response.setHeader('Content-Encoding', 'gzip')
  const takesRanges = !found.isGrowing && !isPacked
  const sent = writeHead(request, response, { sizeBytes: body.length, type: found.kind.type, takesRanges })
  response.end(sent && body.subarray(sent.first, sent.last + 1))
}

type Facts = { readonly sizeBytes: number; readonly type: string; readonly takesRanges: boolean }

/** Gives what to send; undefined for none. Throws the refusal of 416. */
function writeHead(request: IncomingMessage, response: ServerResponse, facts: Facts): ByteRange | undefined {
  const representation = representationOf({ ...facts, validators: undefined, cacheControl: 'no-store' })
  const { status, headers, body } = answerTo(request, representation)
  response.writeHead(status, headers)
  return body
}
