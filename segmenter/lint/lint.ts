import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Tool, Tools } from '../tools.ts'
import { collect, type Collected, type CollectOptions } from './collect.ts'
import type { Finding } from './finding.ts'
import { folderStore } from './folder-store.ts'
import { httpStore } from './http-store.ts'
import { judge } from './judge.ts'

export type LintOptions = {
  readonly ffprobe: Tool | undefined // without one nothing is said of RESOLUTION
  readonly maxSegments?: number | undefined // that are read of one playlist
  readonly reloads?: number | undefined // of each playlist that grows
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((ratio: number) => void) | undefined
}

export type LintResult = {
  readonly findings: readonly Finding[] // errors first
  readonly playlists: number
  readonly segments: number
  readonly segmentsLeftOut: number
}

const HTTP_LIMITS = { timeoutMs: 30_000, maxRequests: 20_000, maxRedirects: 5 } as const
const HTTP_SEGMENTS = 20
const HTTP_RELOADS = 2

/** Checks an HLS presentation at an http(s) address. Never rejects but with the reason of an aborted run: what cannot be
 *  read is a finding. */
export async function lintUrl(address: URL, userAgent: string, options: LintOptions): Promise<LintResult> {
  const store = httpStore(HTTP_LIMITS, userAgent, options.signal)
  const nameOf = (url: URL): string => (url.origin === address.origin ? url.pathname + url.search : url.href)
  const defaults = { maxSegments: HTTP_SEGMENTS, reloads: HTTP_RELOADS }
  return resultOf([await collect(address, store, collectOptions(options, defaults, nameOf))])
}

/** Checks an HLS package in a folder, or that of one playlist file. Rejects with the file system's error where neither
 *  is, and with NoPlaylist. */
export async function lintFolder(path: string, options: LintOptions): Promise<LintResult> {
  const isFile = (await stat(path)).isFile()
  const root = isFile ? dirname(path) : path
  const store = folderStore(root, options.signal)
  const nameOf = (url: URL): string => relative(root, fileURLToPath(url)).split(sep).join('/')
  const collected: Collected[] = []
  for (const entry of isFile ? [path] : await entriesOf(root)) {
    const defaults = { maxSegments: Infinity, reloads: 0 }
    collected.push(await collect(pathToFileURL(entry), store, collectOptions(options, defaults, nameOf)))
  }
  return resultOf(collected)
}

/** What is wrong with a package that was just made, by its errors; empty when all is well. */
export async function lintPackage(
  folder: string,
  { tools, signal }: { readonly tools: Tools; readonly signal?: AbortSignal | undefined },
): Promise<readonly Finding[]> {
  const { findings } = await lintFolder(folder, { ffprobe: tools.ffprobe, signal })
  return findings.filter(({ severity }) => severity === 'error')
}

/** A folder in which no playlist lies. */
export class NoPlaylist extends Error {
  constructor(folder: string) {
    super(`no .m3u8 file lies in ${folder}`)
    this.name = 'NoPlaylist'
  }
}

type Names = CollectOptions['nameOf']

function collectOptions(
  { ffprobe, maxSegments, reloads, signal, onProgress }: LintOptions,
  defaults: { readonly maxSegments: number; readonly reloads: number },
  nameOf: Names,
): CollectOptions {
  return {
    ffprobe,
    maxSegments: maxSegments ?? defaults.maxSegments,
    reloads: reloads ?? defaults.reloads,
    nameOf: (url) => (url.protocol === 'file:' || url.protocol.startsWith('http') ? nameOf(url) : url.href),
    signal,
    onProgress: onProgress && ((done, total) => onProgress(total === 0 ? 1 : done / total)),
  }
}

const MAX_ENTRIES = 50

/** Where a package begins: at its multivariant playlists; without one at each media playlist. */
async function entriesOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /\.m3u8?$/i.test(name)).sort()
  if (names.length === 0) throw new NoPlaylist(folder)
  const texts = await Promise.all(names.slice(0, MAX_ENTRIES).map((name) => readFile(join(folder, name), 'utf8')))
  const multivariant = names.filter((_, index) => /^#EXT-X-STREAM-INF/m.test(texts[index] ?? ''))
  return (multivariant.length > 0 ? multivariant : names.slice(0, MAX_ENTRIES)).map((name) => join(folder, name))
}

function resultOf(collected: readonly Collected[]): LintResult {
  const sum = (count: (one: Collected) => number): number => collected.reduce((total, one) => total + count(one), 0)
  return {
    findings: collected.flatMap(judge),
    playlists: sum(({ playlists }) => playlists.length),
    segments: sum(({ segmentsRead }) => segmentsRead),
    segmentsLeftOut: sum(({ segmentsLeftOut }) => segmentsLeftOut),
  }
}
