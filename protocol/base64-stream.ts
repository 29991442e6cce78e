import { decodeBase64 } from './base64.ts'
import { concatBytes } from './bytes.ts'
import { badText, decoded, type Decoded } from './decoded.ts'
import { latin1Text } from './rtsp-message.ts'

const GROUP_LETTERS = 4

/** Base64 as it comes over a connection, RFC 4648 section 4: cut anywhere, with line ends, and in pieces one behind the
 *  other that each end in a padding of their own, as RTSP clients send their messages through HTTP. */
export class Base64Stream {
  #begun = '' // of a group of four

  /** The bytes that are whole by now. After a fault (`bad-text`) nothing more can be understood. */
  push(bytes: Uint8Array): Decoded<Uint8Array> {
    const text = this.#begun + latin1Text(bytes).replaceAll(/[\r\n\t ]+/g, '')
    const groups = text.slice(0, text.length - (text.length % GROUP_LETTERS))
    this.#begun = text.slice(groups.length)
    const parts: Uint8Array[] = []
    for (const piece of groups.match(/[^=]+=*|=+/g) ?? []) {
      const part = piece.length % GROUP_LETTERS === 0 ? decodeBase64(piece) : undefined
      if (part === undefined) return badText('base64', piece)
      parts.push(part)
    }
    return decoded(concatBytes(parts))
  }
}
