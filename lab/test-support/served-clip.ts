import { mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, type TestContext } from 'vitest'
import type { LinkProfile } from '../../link/profile.ts'
import type { Outline } from '../../protocol/outline.ts'
import type { LinkSummary, RunSummary } from '../../protocol/weir-api.ts'
import { makeClip, type ClipOptions } from '../../server/test-support/clips.ts'
import { postFile, untilStatus } from '../../server/test-support/weir-client.ts'
import type { RunEvent } from '../../stream/record.ts'
import { readRecord, type RunRecord } from '../../stream/run-record.ts'
import { findClient } from './clients.ts'
import { openChromium } from './chromium.ts'
import { fetchOutline } from './fetch-outline.ts'
import { startWeir, type WeirProcess } from './weir-process.ts'

export type Summary = LinkSummary<LinkProfile>

/** A server with one video, for all tests of a file: made in `beforeAll`, where ffmpeg is. */
export class ServedClip {
  readonly weir: WeirProcess
  readonly videoId: string
  readonly variant: string
  readonly #folder: string

  private constructor(weir: WeirProcess, videoId: string, variant: string, folder: string) {
    this.weir = weir
    this.videoId = videoId
    this.variant = variant
    this.#folder = folder
  }

  /** Undefined without ffmpeg: then each test skips by `needs`. `env` sets up the server. */
  static async start(options: ClipOptions, env: NodeJS.ProcessEnv = {}): Promise<ServedClip | undefined> {
    const skip = (reason?: string): never => {
      throw new Error(reason)
    }
    const context = { skip } as Pick<TestContext, 'skip'> as TestContext
    return ServedClip.startWith((_ffmpeg, folder) => makeClip(context, folder, options), options.seconds, env)
  }

  /** The same with a clip that `make` leaves in a folder. */
  static async startWith(
    make: (ffmpeg: string, folder: string) => string | Promise<string>,
    seconds: number,
    env: NodeJS.ProcessEnv = {},
  ): Promise<ServedClip | undefined> {
    const ffmpeg = findClient('ffmpeg')
    if (ffmpeg === undefined) return undefined
    const folder = mkdtempSync(join(tmpdir(), 'weir-test-'))
    const clip = await make(ffmpeg, folder)
    const weir = await startWeir({ mediaFolder: folder, env })
    const posted = await postFile(weir.url, await readFile(clip), 'clip.mp4')
    const { id } = (await posted.json()) as { readonly id: string }
    const { variants } = await untilStatus(weir.url, id, ['ready'], 60_000 + 500 * seconds)
    return new ServedClip(weir, id, variants[0]?.name ?? '', folder)
  }

  async stop(): Promise<void> {
    await this.weir.kill()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  outline(): Promise<Outline> {
    return fetchOutline(`${this.weir.url}/hls/${this.videoId}/${this.variant}`)
  }

  /** All runs that the server knows, of this page and of others. */
  runs(): Promise<RunSummary[]> {
    return ask(`${this.weir.url}/api/runs`, 'GET')
  }

  /** The one run that a page has played to its end. */
  async endedRun(): Promise<RunSummary> {
    await expect.poll(() => this.runs(), { timeout: 10_000 }).toMatchObject([{ state: 'ended', endedBy: 'viewer' }])
    const [run] = await this.runs()
    return run as RunSummary
  }

  async runEvents(id: string): Promise<readonly RunEvent[]> {
    const record = readRecord(await (await fetch(`${this.weir.url}/api/runs/${id}/record.jsonl`)).text())
    if (!record.ok) throw new Error(JSON.stringify(record.fault))
    return record.value.events
  }

  async makeLink(profile: object): Promise<TestLink> {
    const response = await ask<Summary>(`${this.weir.url}/api/links`, 'POST', { profile })
    return new TestLink(`${this.weir.url}/api/links/${response.id}`, response.id)
  }

  /** A fresh browser that plays without being clicked, on the compare page of the video; `observers` run in the page
   *  before its own scripts. */
  async openPage(context: TestContext, query: string, ...observers: readonly (() => void)[]): Promise<Page> {
    const { page } = await openChromium(context, { flags: ['--autoplay-policy=no-user-gesture-required'] })
    for (const observe of observers) await page.addInitScript(observe)
    await page.goto(`${this.weir.url}/compare/${this.videoId}${query}`)
    return page
  }
}

/** A link of a test's own, as the API tells and changes it. */
export class TestLink {
  readonly id: string
  readonly #address: string

  constructor(address: string, id: string) {
    this.#address = address
    this.id = id
  }

  get(): Promise<Summary> {
    return ask(this.#address, 'GET')
  }

  patch(patch: object): Promise<Summary> {
    return ask(this.#address, 'PATCH', patch)
  }

  async remove(): Promise<void> {
    await ask(this.#address, 'DELETE')
  }

  restart(): Promise<Summary> {
    return ask(`${this.#address}/restart`, 'POST')
  }

  /** The record of its run from now on; `end` removes the link, and gives what was written. */
  async record(): Promise<{ end(): Promise<RunRecord> }> {
    const response = await fetch(`${this.#address}/record.jsonl`)
    const text = response.text()
    text.catch(() => undefined) // told by `end`, unless the test has failed before
    return {
      end: async () => {
        await this.remove()
        const record = readRecord(await text)
        if (!record.ok) throw new Error(JSON.stringify(record.fault))
        return record.value
      },
    }
  }
}

async function ask<Answer>(address: string, method: string, body?: object): Promise<Answer> {
  const response = await fetch(address, {
    method,
    ...(body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${text}`)
  return (text === '' ? undefined : JSON.parse(text)) as Answer
}
