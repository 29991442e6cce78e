import type { Credentials } from './receiver-credentials.ts'

/** An RTSP address taken apart; `url` is as requests name it, without the password. */
export type ReceiverAddress = {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly isSecure: boolean // over TLS, RFC 7826 section 19.2
  readonly credentials?: Credentials
}

const DEFAULT_PORTS = { rtsp: 554, rtsps: 322 } as const // RFC 2326 section 3.2, RFC 7826 section 19.2

/** undefined for what is no `rtsp[s]://[user[:password]@]host[:port]/…`. */
export function readReceiverAddress(text: string): ReceiverAddress | undefined {
  const parts = /^(rtsps?):\/\/(?:([^/?#@]*)@)?(\[[^\]/?#]+\]|[^:/?#@[\]]+)(?::(\d{1,5}))?((?:\/[^#]*)?)$/i.exec(text)
  if (parts === null) return undefined
  const [, scheme = '', login, host = '', port, path = ''] = parts
  const isSecure = scheme.toLowerCase() === 'rtsps'
  const portNumber = port === undefined ? DEFAULT_PORTS[isSecure ? 'rtsps' : 'rtsp'] : Number(port)
  const credentials = login === undefined ? undefined : readLogin(login)
  if (portNumber < 1 || portNumber > 65_535 || credentials === null) return undefined
  return {
    url: `${scheme.toLowerCase()}://${host}${port === undefined ? '' : `:${port}`}${path}`,
    host: host.replace(/^\[|\]$/g, ''),
    port: portNumber,
    isSecure,
    ...(credentials === undefined ? {} : { credentials }),
  }
}

function readLogin(login: string): Credentials | null {
  const [username = '', ...password] = login.split(':')
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password.join(':')) }
  } catch {
    return null // a '%' that begins nothing
  }
}

/** The address of a track: an absolute one as it stands, another one behind the base, RFC 2326 section C.1.1, as players
 *  do it: they append, they do not resolve. */
export function controlUrl(base: string, control: string): string {
  if (/^rtsps?:\/\//i.test(control)) return control
  if (control === '*' || control === '') return base
  return `${base.replace(/\/$/, '')}/${control.replace(/^\//, '')}`
}
