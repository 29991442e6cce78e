import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import type { TestContext } from 'vitest'
import { findChromium } from '../chromium-binary.ts'
import { TICKS_PER_SECOND } from '../process-figures.ts'
import { trackChild } from './child-processes.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A page that nobody drives: what a driver hears of each request would be half of the page's work. */
export type UndrivenPage = {
  /** What its main thread has worked so far; of all its threads. */
  workedSeconds(): { readonly mainThread: number; readonly all: number }
  /** From now on it is driven. */
  drive(): Promise<Page>
}

const WINDOW = '--window-size=1280,900'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-port=0', WINDOW]

export async function openUndriven(context: TestContext, url: string): Promise<UndrivenPage> {
  const binary = findChromium()
  if (binary === undefined) throw new Error('there is no Chromium')
  const profile = join(temporaryFolder(context), 'profile')
  const args = [binary.headlessFlag, ...FLAGS, `--user-data-dir=${profile}`, url]
  const child = trackChild(
    spawn(binary.path, args, { env: { ...process.env, ...binary.env }, stdio: ['ignore', 'ignore', 'pipe'] }),
  )
  context.onTestFinished(() => void child.kill())
  const endpoint = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.once('exit', () => reject(new Error(`Chromium ended: ${said}`)))
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      const found = /DevTools listening on (\S+)/.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
  return {
    workedSeconds() {
      const renderers = renderersOf(profile).map((pid) => ({
        mainThread: threadSeconds(pid, pid),
        all: allSeconds(pid),
      }))
      return renderers.toSorted((a, b) => b.all - a.all)[0] ?? { mainThread: 0, all: 0 } // the others show nothing
    },
    async drive() {
      const browser = await chromium.connectOverCDP(endpoint)
      const page = browser.contexts()[0]?.pages()[0]
      if (page === undefined) throw new Error('the page has gone')
      return page
    },
  }
}

function renderersOf(profile: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => isRenderer(commandLine(pid), profile)).map(Number)
}

function isRenderer(line: string, profile: string): boolean {
  return line.includes(profile) && line.includes('--type=renderer')
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it has ended
  }
}

function allSeconds(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + threadSeconds(pid, Number(thread)), 0)
}

/** User and system time of a thread, proc(5). */
function threadSeconds(pid: number, thread: number): number {
  const afterName = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(afterName[11]) + Number(afterName[12])) / TICKS_PER_SECOND // fields 14 and 15
}
