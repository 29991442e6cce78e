import { networkInterfaces } from 'node:os'

/** Under which names people reach this server. */
export type AddressOptions = {
  readonly publicUrl: string | undefined
  readonly rtspPort: number
  readonly rtspsPort?: number | undefined // absent: no RTSP over TLS
}

/** Before `/<id>`: such as `rtsp://192.0.2.1:8554`. */
export type RtspBases = { readonly rtsp: string; readonly rtsps?: string }

/** By the public name or else the one that the client itself used for HTTP. */
export function rtspBases(
  { publicUrl, rtspPort, rtspsPort }: AddressOptions,
  hostHeader: string | undefined,
): RtspBases {
  const known = publicUrl ?? `http://${hostHeader ?? 'localhost'}`
  const name = URL.canParse(known) ? new URL(known).hostname : 'localhost'
  const rtsp = `rtsp://${name}:${rtspPort}`
  return rtspsPort === undefined ? { rtsp } : { rtsp, rtsps: `rtsps://${name}:${rtspsPort}` }
}

/** The address to print: of a host that stands for all addresses, the first that other machines reach. */
export function urlAt(scheme: 'http' | 'rtsp' | 'rtsps', host: string, port: number): string {
  const isAll = host === '0.0.0.0' || host === '::'
  const name = isAll ? (firstOutsideAddress() ?? 'localhost') : host
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function firstOutsideAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address
}
