import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import type { Tools } from '../segmenter/tools.ts'
import { makePackageClip, presentationOf } from '../udp-relay/test-support/package-clip.ts'
import { QualityJobs } from './quality-jobs.ts'
import { ask, linesOf, openRunServer, VIDEO } from './test-support/run-server.ts'

/** In place of an ffmpeg: says who it is, and would take for ever. */
const endless = (pidFile: string): string =>
  `#!/bin/sh\necho $$ > ${pidFile}.tmp\nmv ${pidFile}.tmp ${pidFile}\nexec sleep 600\n`

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a run that is removed while its quality is measured takes the measurement with it', async (context) => {
  const presentation = presentationOf(makePackageClip())
  const { url, runs, folder, source } = await openRunServer(context, { presentations: [presentation] })
  const place = temporaryFolder(context)
  const [path, pidFile] = [join(place, 'ffmpeg'), join(place, 'pid')]
  await writeFile(path, endless(pidFile), { mode: 0o755 })
  const tools = Promise.resolve({ ffmpeg: { path } } as unknown as Tools)
  const logger = pino({ level: 'silent' })
  const jobs = new QualityJobs({
    runs,
    folder,
    source,
    tools,
    version: '0',
    requireFreeSpace: () => Promise.resolve(),
    logger,
  })
  context.onTestFinished(() => jobs.close())

  const { json } = await ask(`${url}/api/runs`, 'POST', { video: VIDEO, link: 'default' })
  const id = String(json['id'])
  const shown = linesOf(
    { kind: 'play-asked', side: 'hls', atMs: 0 },
    { kind: 'variant-shown', side: 'hls', atMs: 100, variant: presentation.variant, bitsPerSecond: 1_000_000 },
    { kind: 'frame-shown', side: 'hls', atMs: 100, state: 'intact', ptsTicks: 0 },
    { kind: 'ended', side: 'hls', atMs: 1000 },
  )
  await ask(`${url}/api/runs/${id}/end`, 'POST', shown)
  await jobs.start(id)
  await expect.poll(() => existsSync(pidFile), { timeout: 10_000 }).toBe(true)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  expect((await jobs.of(id)).state).toBe('measuring')

  expect((await ask(`${url}/api/runs/${id}`, 'DELETE')).status).toBe(204)
  expect(isAlive(pid)).toBe(false)
  expect(existsSync(folder.path(id))).toBe(false)
  await expect(jobs.of(id)).rejects.toThrow('no run has the id')
})
