/** Bytes that came, or the reason why none did. */
export type Answer =
  | {
      readonly ok: true
      readonly url: URL // after redirects
      readonly status: number // 200, 206, or 304
      readonly bytes: Uint8Array
      readonly wholeBytes: number | undefined // of the resource, where it is known
      readonly headers: ReadonlyMap<string, string> // empty of a file
    }
  | { readonly ok: false; readonly why: string }

export type Wish = {
  readonly maxBytes: number
  /** `lengthBytes` may be Infinity. */
  readonly range?: { readonly offsetBytes: number; readonly lengthBytes: number } | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** Where the resources of a presentation lie. */
export type Store = {
  readonly isHttp: boolean
  /** Never rejects but with the reason of an aborted run. */
  read(url: URL, wish: Wish): Promise<Answer>
}
