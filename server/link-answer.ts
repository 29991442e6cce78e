import { pipeline } from 'node:stream/promises'
import { CodedText } from './coded-text.ts'
import { sendText, writeHead, type Asked } from './http-answer.ts'
import { allowEveryOrigin } from './origin-cors.ts'
import { encryptedPieces, readServed } from './encrypted-file.ts'
import { factsOfFile, factsOfText, type FoundFile } from './origin-files.ts'

const READ_BYTES = 256 * 1024 // at once: each read is a trip to another thread
const GZIP_LEVEL = 6 // of the runs that were recorded

const ownBuffers = { take: () => Buffer.allocUnsafe(READ_BYTES), give: () => {} }

/** The answer behind a link. Its bytes are held until they arrive, and so are its own: they come from no buffer that is used
 *  again. */
export async function answerThroughLink(asked: Asked, found: FoundFile): Promise<void> {
  const { response } = asked
  allowEveryOrigin(response, true)
  if (found.kind.isText) {
    return sendText(asked, new CodedText(await readServed(found), GZIP_LEVEL), factsOfText(found))
  }
  const { handle, encryption } = found
  const facts = factsOfFile(found)
  const range = writeHead(asked, facts)
  if (range === undefined || facts.sizeBytes === 0) return void response.end()
  if (encryption?.kind === 'segment') {
    return pipeline(encryptedPieces(found, { ...encryption, range }, ownBuffers), response)
  }
  const { first: start, last: end } = range
  await pipeline(handle.createReadStream({ start, end, autoClose: false, highWaterMark: READ_BYTES }), response)
}
