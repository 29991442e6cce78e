/** Under which names people reach this server. */
export type AddressOptions = { readonly publicUrl: string | undefined; readonly rtspPort: number }

/** Such as `rtsp://192.0.2.1:8554`, by the public name or else the one that the client itself used for HTTP. */
export function rtspBase({ publicUrl, rtspPort }: AddressOptions, hostHeader: string | undefined): string {
  const known = publicUrl ?? `http://${hostHeader ?? 'localhost'}`
  return `rtsp://${URL.canParse(known) ? new URL(known).hostname : 'localhost'}:${rtspPort}`
}
