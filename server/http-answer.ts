import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Coded, CodedText } from './coded-text.ts'
import type { ByteRange } from './http-conditions.ts'
import { keptUntil } from './hls-access.ts'
import { answerTo, representationOf, type RepresentationFacts } from './representation.ts'

/** One request, and whether anybody may keep its answer. */
export type Asked = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly isCacheable: boolean
  readonly validUntilUnixMs?: number | undefined // of the token by which it was asked for
}

/** Writes status and headers of what is answered once; gives the bytes to send, undefined for none (HEAD, 304). What nobody
 *  may keep has no validators: a replay behind a link must cross it again. Throws the refusal of 416. */
export function writeHead(asked: Asked, facts: RepresentationFacts): ByteRange | undefined {
  const { request, response, isCacheable, validUntilUnixMs } = asked
  const cacheControl = keptUntil(facts.cacheControl, validUntilUnixMs, Date.now())
  const kept = isCacheable ? { ...facts, cacheControl } : { ...facts, cacheControl: 'no-store', validators: undefined }
  const { status, headers, body } = answerTo(request, representationOf(kept))
  response.writeHead(status, headers)
  return body
}

/** What is said of a text, in whatever encoding. */
export type TextFacts = Pick<RepresentationFacts, 'type' | 'cacheControl'> & {
  /** Absent while it grows: whole seconds are too coarse then, and a range would join two versions, so neither is offered. */
  readonly lastModifiedMs?: number
}

export function factsOfCoded(
  { body, etag, isPacked }: Coded,
  { type, cacheControl, lastModifiedMs }: TextFacts,
): RepresentationFacts {
  return {
    sizeBytes: body.length,
    type,
    cacheControl,
    validators: lastModifiedMs === undefined ? { etag } : { etag, lastModifiedMs },
    takesRanges: lastModifiedMs !== undefined && !isPacked,
  }
}

/** Answers with a text. */
export async function sendText(asked: Asked, text: CodedText, facts: TextFacts): Promise<void> {
  const { request, response } = asked
  const coded = await text.for(request.headers)
  response.setHeader('Vary', 'Accept-Encoding')
  if (coded.isPacked) response.setHeader('Content-Encoding', 'gzip')
  const sent = writeHead(asked, factsOfCoded(coded, facts))
  response.end(sent && coded.body.subarray(sent.first, sent.last + 1))
}
