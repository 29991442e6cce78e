import { HANDSHAKE_GUID } from '../protocol/web-socket-frame.ts'

/** How a server makes `Sec-WebSocket-Accept` of `Sec-WebSocket-Key`, RFC 6455 section 4.2.2. */
export type AcceptSteps = {
  readonly key: string // 16 random bytes in base64
  readonly joined: string // with the identifier that the RFC names
  readonly sha1Hex: string
  readonly accept: string // the same 20 bytes in base64
}

/** Undefined where the page has no hash: over plain http from another machine. */
export async function acceptSteps(key: string): Promise<AcceptSteps | undefined> {
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto }
  if (subtle === undefined) return undefined
  const joined = key + HANDSHAKE_GUID
  const hash = new Uint8Array(await subtle.digest('SHA-1', new TextEncoder().encode(joined)))
  const sha1Hex = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return { key, joined, sha1Hex, accept: btoa(String.fromCharCode(...hash)) }
}

/** The value of a field of a head, whose names know no case. */
export function fieldOf(head: string, name: string): string | undefined {
  const line = head.split('\r\n').find((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`))
  return line?.slice(name.length + 1).trim()
}
