import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../lab/test-support/clients.ts'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { candidatesFor } from './tool-candidates.ts'
import { findTools, searchFfmpeg, searchFfprobe, ToolMissing } from './tools.ts'

/** A program that prints `text` whatever it is asked. */
function program(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\necho '${text}'\n`)
  chmodSync(path, 0o755)
  return path
}

test('candidatesFor takes a named ffmpeg alone', () => {
  const named = [{ path: '/opt/ffmpeg', origin: 'FFMPEG_PATH' }]
  expect(candidatesFor('ffmpeg', { FFMPEG_PATH: '/opt/ffmpeg', FFMPEG_BIN: '/else', PATH: '/usr/bin' })).toEqual(named)
  expect(candidatesFor('ffmpeg', { FFMPEG_BIN: '/else' })[0]?.origin).toBe('FFMPEG_BIN')
})

test('candidatesFor puts the PATH before the packages of old builds', (context) => {
  const folder = temporaryFolder(context)
  const path = program(folder, 'ffprobe', 'ffprobe version 1')
  const [first, ...others] = candidatesFor('ffprobe', { PATH: `/nowhere:${folder}` })
  expect(first).toEqual({ path, origin: 'PATH' })
  expect(others.every(({ origin }) => origin === '@ffprobe-installer/ffprobe')).toBe(true)
})

test('candidatesFor leaves out a package that tells a path without a file', () => {
  // ffmpeg-static tells one also where its download was refused.
  for (const { path } of candidatesFor('ffmpeg', { PATH: '' })) expect(existsSync(path)).toBe(true)
})

test('findTools fails on a named ffmpeg that is none, rather than take another', async (context) => {
  needs(context, 'ffmpeg')
  const folder = temporaryFolder(context)
  const path = program(folder, 'ffmpeg', 'hello')
  const error: unknown = await findTools({ ...process.env, FFMPEG_PATH: path }).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ToolMissing)
  expect((error as ToolMissing).message).toBe(
    `no usable ffmpeg; tried ${path} (FFMPEG_PATH): it has no encoder libx264`,
  )
})

test('searchFfmpeg tells why it passed a candidate over', async (context) => {
  const folder = temporaryFolder(context)
  const path = program(folder, 'ffmpeg', 'hello')
  const { rejected } = await searchFfmpeg({ PATH: folder })
  expect(rejected[0]).toEqual({ path, origin: 'PATH', reason: 'it has no encoder libx264' })
})

test('searchFfprobe refuses a program of another name', async (context) => {
  const path = program(temporaryFolder(context), 'ffprobe', 'ffplay version 9')
  expect(await searchFfprobe({ FFPROBE_PATH: path })).toEqual({
    rejected: [{ path, origin: 'FFPROBE_PATH', reason: 'it does not say that it is ffprobe' }],
  })
})

test('findTools finds tools that really encode', async (context) => {
  needs(context, 'ffmpeg')
  needs(context, 'ffprobe')
  const { ffmpeg, ffprobe } = await findTools(process.env)
  expect(ffmpeg.version).not.toBe('')
  expect(ffprobe.version).not.toBe('')
})
