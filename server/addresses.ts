import { networkInterfaces } from 'node:os'
import type { HlsAccess } from './hls-access.ts'

/** Under which names people reach this server. */
export type AddressOptions = {
  readonly publicUrl: string | undefined
  readonly rtspPort: number
  readonly rtspsPort?: number | undefined // absent: no RTSP over TLS
  readonly access?: HlsAccess // absent: whoever asks is answered
  readonly isEncrypted?: boolean // the segments of HLS
}

/** What the addresses of a video begin with. */
export type VideoBases = {
  readonly rtsp: string // before `/<id>`: such as `rtsp://192.0.2.1:8554`
  readonly rtsps?: string
  readonly folderOf: (video: string) => string // of HLS: `/hls/<id>`, or a signed one
  readonly isEncrypted: boolean
}

/** By the public name or else the one that the client itself used for HTTP. */
export function videoBases(
  { publicUrl, rtspPort, rtspsPort, access, isEncrypted = false }: AddressOptions,
  hostHeader: string | undefined,
): VideoBases {
  const known = publicUrl ?? `http://${hostHeader ?? 'localhost'}`
  const name = URL.canParse(known) ? new URL(known).hostname : 'localhost'
  const rtsp = `rtsp://${name}:${rtspPort}`
  const folderOf = (video: string): string => access?.folderOf(video) ?? `/hls/${video}`
  const rtsps = rtspsPort === undefined ? {} : { rtsps: `rtsps://${name}:${rtspsPort}` }
  return { rtsp, ...rtsps, folderOf, isEncrypted }
}

/** Before a path: the public address, or the one that the client itself used. Ends without a slash. */
export function httpBase({ publicUrl }: Pick<AddressOptions, 'publicUrl'>, hostHeader: string | undefined): string {
  return publicUrl?.replace(/\/$/, '') ?? `http://${hostHeader ?? 'localhost'}`
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
