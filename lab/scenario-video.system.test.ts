import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { makeClip } from '../server/test-support/clips.ts'
import { BadPackage } from './package-outlines.ts'
import { scenarioVideo } from './scenario-video.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'

test('scenarioVideo segments a file once, and reads a package', async (context) => {
  const folder = temporaryFolder(context)
  vi.stubEnv('TMPDIR', folder)
  context.onTestFinished(() => void vi.unstubAllEnvs())
  makeClip(context, folder, { seconds: 5 })
  const ratios: number[] = []
  const options = { folder, weir: '1.2.3', signal: context.signal, onProgress: (ratio: number) => ratios.push(ratio) }
  const first = await scenarioVideo({ kind: 'file', path: 'clip.mp4' }, options)
  expect(ratios.length).toBeGreaterThan(0)
  const told = ratios.length
  cpSync(join(folder, 'clip.mp4'), join(folder, 'same.mp4'))
  const again = await scenarioVideo({ kind: 'file', path: 'same.mp4' }, options)
  expect(ratios).toHaveLength(told) // by its content, not by its name
  expect([again.folder, again.sha256]).toEqual([first.folder, first.sha256])
  cpSync(first.folder ?? '', join(folder, 'package'), { recursive: true })
  const read = await scenarioVideo({ kind: 'package', path: 'package' }, options)
  expect(read.sha256).toBe(first.sha256)
  expect(read.video.outlines).toEqual(first.video.outlines)
  const rates = first.video.outlines.map(({ segments }) => segments[0]?.sizeBytes ?? 0)
  expect(rates).toEqual(rates.toSorted((a, b) => a - b))
  writeFileSync(join(folder, 'package', first.video.outlines[0]?.variant ?? '', 'outline.json'), '{}')
  await expect(scenarioVideo({ kind: 'package', path: 'package' }, options)).rejects.toThrow(BadPackage)
})
