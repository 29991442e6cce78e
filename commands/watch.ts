import { readBudgets, type Budget } from '../lab/budget.ts'
import { watchMeasures } from '../lab/watch-figures.ts'
import { fallbackLines, withPicture } from '../lab/fallback-text.ts'
import { hlsWatchMeasures } from '../lab/watch-hls-figures.ts'
import { hlsWatchLine, hlsWatchScreen } from '../lab/watch-hls-text.ts'
import { watchHls } from '../lab/watch-hls.ts'
import { watchTable } from '../lab/watch-text.ts'
import { watch } from '../lab/watch.ts'
import { openWatchedNetwork, weirAddressOf, type WatchedNetwork } from '../lab/watched-network.ts'
import { LinkRefused } from '../lab/weir-links.ts'
import type { LinkProfile } from '../link/profile.ts'
import { ConfigProblems } from '../server/config.ts'
import { readNetworkWish } from '../server/network-wish.ts'
import { version } from '../server/project-folder.ts'
import type { AbrRule } from '../stream/abr.ts'
import type { FallbackTry } from '../stream/fallback.ts'
import { readReceiverAddress } from '../udp-relay/receiver-address.ts'
import { exitCodes } from './exit-codes.ts'
import { LiveLines } from './live-lines.ts'
import { userFolder, writableFile } from './user-files.ts'

type WatchFlags = {
  readonly for?: number
  readonly abr?: AbrRule
  readonly variant?: string
  readonly network?: string
  readonly origin?: string
  readonly transport?: 'udp' | 'tcp'
  readonly else?: string
  readonly insecure?: boolean
  readonly jitterBufferMs: number
  readonly budget: readonly string[]
  readonly json?: boolean
  readonly junit?: string
  readonly out?: string
}

type Wanted = {
  readonly url: string // to be watched: through the link, if there is one
  readonly plainUrl: string
  readonly elseUrl: string | undefined // of HLS, for where RTP does not come; through the link, too
  readonly flags: WatchFlags
  readonly budgets: readonly Budget[]
  readonly junitFile: string | undefined
  readonly outFile: string | undefined
  readonly signal: AbortSignal
}

type Outcome = { readonly isGood: boolean; readonly why?: string | undefined }

/** Between two views of `weir watch`: on a terminal they change in place, else they are lines one after the other. */
const VIEW_MS = { terminal: 500, elsewhere: 5000 } as const

/** What a budget may limit. */
export const measureNames = {
  rtsp: watchMeasures.map(({ name }) => name),
  hls: hlsWatchMeasures.map(({ name }) => name),
}

/** `weir watch`: how it goes now and then, at the end a table or JSON. */
export async function runWatch(url: string, flags: WatchFlags): Promise<void> {
  const isHls = /^https?:/i.test(url)
  const read = readBudgets(flags.budget, isHls ? measureNames.hls : measureNames.rtsp)
  const files = await Promise.all([writableFile('--junit', flags.junit), writableFile('--out', flags.out)])
  const network = flags.network === undefined ? undefined : await readNetworkWish(flags.network, userFolder)
  const problems = [
    ...watchProblems(url, flags),
    ...(read.ok ? [] : read.problems),
    ...files.flatMap(({ problem }) => problem ?? []),
    ...(network === undefined || network.ok ? [] : network.problems.map((problem) => `--network: ${problem}`)),
  ]
  if (!read.ok || network?.ok === false || problems.length > 0) throw new ConfigProblems(problems)
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort())
  const link = network === undefined ? undefined : await openLink(url, flags, network.profile)
  try {
    const [junitFile, outFile] = files.map(({ path }) => path)
    const through = (address: string): string =>
      (link && weirAddressOf(address, undefined)?.through(link.linkId)) ?? address
    const elseUrl = flags.else === undefined ? undefined : through(flags.else)
    const wanted = { url: through(url), plainUrl: url, elseUrl, flags, budgets: read.budgets, junitFile, outFile }
    const { isGood, why } = await (isHls ? watchHlsUrl : watchRtspUrl)({ ...wanted, signal: stop.signal })
    if (why !== undefined) console.error(`weir: ${why}`)
    const warning = await link?.warning().catch(() => undefined)
    if (warning !== undefined) console.error(`weir: ${warning}`)
    process.exitCode = stop.signal.aborted ? exitCodes.interrupted : isGood ? exitCodes.done : exitCodes.finding
  } finally {
    await link?.remove()
  }
}

async function openLink(
  url: string,
  { origin, insecure = false }: WatchFlags,
  profile: LinkProfile,
): Promise<WatchedNetwork> {
  const weir = weirAddressOf(url, origin?.replace(/\/$/, ''))
  if (weir === undefined) throw new LinkRefused(`${url.slice(0, 200)} is no address of a Weir`) // told before
  return openWatchedNetwork(weir, profile, { acceptsAnyCertificate: insecure })
}

/** `tried`: the ways by which it did not come before. */
async function watchHlsUrl(
  { url, plainUrl, flags, budgets, junitFile, signal }: Wanted,
  tried: readonly FallbackTry[] = [],
): Promise<Outcome> {
  const { insecure = false, json = false, abr = 'hls.js', variant } = flags
  const display = newDisplay(json)
  const watched = await watchHls({
    url,
    plainUrl,
    abr: variant === undefined ? abr : 'fixed',
    variant,
    forMs: flags.for ?? Infinity,
    acceptsAnyCertificate: insecure,
    budgets,
    junitFile,
    userAgent: `Weir/${version}`,
    signal,
    everyMs: display.everyMs,
    onView: (view) => display.show(hlsWatchScreen(view), hlsWatchLine(view)),
  })
  display.end()
  const { figures, judged, end, isGood } = watched
  const tries = withPicture(tried, figures['startupMs'])
  if (tries.length > 0 && !json) console.log(fallbackLines(tries).join('\n'))
  if (json) console.log(JSON.stringify({ ...watched, ...(tries.length > 0 ? { tries } : {}) }, undefined, 2))
  else if (end.reason !== 'failed' || figures['startupMs'] !== undefined)
    console.log(watchTable(hlsWatchMeasures, figures, judged).join('\n'))
  return { isGood, why: end.why }
}

async function watchRtspUrl(wanted: Wanted): Promise<Outcome> {
  const { url, elseUrl, flags, budgets, junitFile, outFile, signal } = wanted
  const { insecure = false, json = false, jitterBufferMs, transport } = flags
  const display = newDisplay(json)
  const watched = await watch({
    url,
    forMs: flags.for ?? Infinity,
    transport,
    endsWithHls: elseUrl !== undefined,
    acceptsAnyCertificate: insecure,
    jitterBufferMs,
    budgets,
    junitFile,
    outFile,
    userAgent: `Weir/${version}`,
    signal,
    everyMs: display.everyMs,
    onLine: (line) => display.show([line], line),
  })
  display.end()
  const { figures, judged, end, isGood, unwrittenBytes, tries } = watched
  if (end.reason === 'hls' && elseUrl !== undefined)
    return watchHlsUrl({ ...wanted, url: elseUrl, plainUrl: flags.else ?? elseUrl }, tries)
  if (tries.length > 1 && !json) console.log(fallbackLines(tries).join('\n'))
  if (json) console.log(JSON.stringify(watched, undefined, 2))
  else if (figures !== undefined) console.log(watchTable(watchMeasures, figures, judged).join('\n'))
  if (unwrittenBytes > 0) console.error(`weir: ${unwrittenBytes} bytes are not in --out: the disk was too slow`)
  return { isGood, why: end.why }
}

type Display = { readonly everyMs: number; show(screen: readonly string[], line: string): void; end(): void }

function newDisplay(isSilent: boolean): Display {
  if (process.stdout.isTTY && !isSilent) {
    const lines = new LiveLines(process.stdout)
    return { everyMs: VIEW_MS.terminal, show: (screen) => lines.draw(screen), end: () => lines.clear() }
  }
  return { everyMs: VIEW_MS.elsewhere, show: (_screen, line) => void (isSilent || console.log(line)), end: () => {} }
}

function watchProblems(url: string, flags: WatchFlags): string[] {
  const shown = url.slice(0, 200)
  const isHls = /^https?:/i.test(url)
  const isAddress = isHls ? URL.canParse(url) : readReceiverAddress(url) !== undefined
  if (!isAddress) return [`<url> must be http[s]://… of an HLS playlist or rtsp[s]://host[:port]/…, got ${shown}`]
  const ofOther = isHls ? (['transport', 'else', 'out'] as const) : (['abr', 'variant'] as const)
  const kinds = isHls ? ['an rtsp address', 'HLS'] : ['HLS', 'an rtsp address']
  return [
    ...ofOther
      .filter((flag) => flags[flag] !== undefined)
      .map((flag) => `--${flag} is for ${kinds[0]}, got ${kinds[1]}`),
    ...(flags.else === undefined || (/^https?:/i.test(flags.else) && URL.canParse(flags.else))
      ? []
      : [`--else must be http[s]://… of an HLS playlist, got ${flags.else.slice(0, 200)}`]),
    ...networkProblems(url, flags),
  ]
}

function networkProblems(url: string, { network, origin, abr, variant }: WatchFlags): string[] {
  const isOrigin = origin === undefined || (URL.canParse(origin) && /^https?:/.test(origin))
  const isOfWeir = network === undefined || weirAddressOf(url, undefined) !== undefined
  return [
    ...(isOrigin ? [] : [`--origin must be http[s]://host[:port], got ${origin.slice(0, 200)}`]),
    ...(isOfWeir
      ? []
      : [
          `--network needs an address of a Weir without a link, http[s]://…/hls/… or rtsp[s]://…/<id>, got ${url.slice(0, 200)}`,
        ]),
    ...(variant === undefined || abr === undefined || abr === 'fixed'
      ? []
      : [`--variant is watched all the time, and --abr ${abr} changes it: expected one of the two`]),
  ]
}
