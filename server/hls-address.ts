/** An address below `/hls/`: the path that it stands for, and the token by which it was signed. */
export type HlsAddress = { readonly path: string; readonly token: string | undefined }

/** `/hls/~<token>/<video>/…` read; an address without a token is its own path. */
export function readHlsAddress(path: string): HlsAddress {
  const [, token, rest] = /^\/hls\/(?:~|%7[eE])([^/]*)(\/.*)$/.exec(path) ?? []
  return token === undefined ? { path, token } : { path: `/hls${rest}`, token }
}

/** An address as it may be told to others: who reads it must not be able to watch by it. */
export function withoutToken(address: string): string {
  return address.replace(/\/hls\/(?:~|%7[eE])[^/?]*/, '/hls/~')
}
