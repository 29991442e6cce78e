import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { clientVariable, needs, type ClientName } from './clients.ts'
import { unexpectedLines } from './harmless-lines.ts'
import { runClient } from './run-client.ts'
import { sharedFile } from './shared-files.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What a test sees of being skipped, without being skipped itself. */
const recordingSkip = {
  skip: (reason?: unknown): never => {
    throw new Error(`skipped: ${String(reason)}`)
  },
}

function withoutClients(environment: Record<string, string>): void {
  vi.stubEnv('PATH', '/nowhere')
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
}

test.afterEach(() => void vi.unstubAllEnvs())

test('needs skips with the reason and the way to get the client', () => {
  withoutClients({ WEIR_TEST_ALL: '' })
  expect(() => needs(recordingSkip, 'mpv')).toThrow('skipped: mpv is not on this machine (apt-get install mpv)')
})

test('needs fails where every test is asked for', () => {
  withoutClients({ WEIR_TEST_ALL: '1' })
  expect(() => needs(recordingSkip, 'mpv')).toThrow('WEIR_TEST_ALL=1 asks for every test')
})

test('needs takes the file that the environment names, and refuses one that cannot run', (context) => {
  const file = join(temporaryFolder(context), 'my-mpv')
  withoutClients({ WEIR_MPV: file })
  expect(() => needs(recordingSkip, 'mpv')).toThrow(`WEIR_MPV must be an executable file, got "${file}"`)
  writeFileSync(file, '', { mode: 0o755 })
  expect(needs(recordingSkip, 'mpv')).toBe(file)
})

test('needs finds ffmpeg and ffprobe in npm packages where the machine has none', async () => {
  withoutClients({ WEIR_TEST_ALL: '1' })
  for (const name of ['ffmpeg', 'ffprobe'] as const) {
    const { status, stdout } = await runClient(needs(recordingSkip, name), ['-version'], { timeoutMs: 10_000 })
    expect({ status, banner: stdout.split(' ')[0] }).toEqual({ status: 0, banner: name })
  }
})

for (const [name, variable] of [
  ['ffmpeg', 'WEIR_FFMPEG'],
  ['gst-launch-1.0', 'WEIR_GST_LAUNCH_1_0'],
] satisfies [ClientName, string][]) {
  test(`clientVariable names ${variable}`, () => expect(clientVariable(name)).toBe(variable))
}

test('sharedFile skips only where the whole folder is missing', (context) => {
  const shared = temporaryFolder(context)
  mkdirSync(join(shared, 'media'))
  expect(() => sharedFile(recordingSkip, 'media/a.mp4', join(shared, 'not-here'))).toThrow('skipped')
  expect(() => sharedFile(recordingSkip, 'media/a.mp4', shared)).toThrow('no such file among the shared test files')
  expect(sharedFile(recordingSkip, 'media', shared)).toBe(join(shared, 'media'))
})

test('runClient gives the exit code and both outputs', async () => {
  const script = "console.log('out'); console.error('err'); process.exit(7)"
  const run = await runClient(process.execPath, ['-e', script], { timeoutMs: 10_000 })
  expect(run).toEqual({ status: 7, stdout: 'out\n', stderr: 'err\n' })
})

test('runClient kills a client that takes too long', async () => {
  const { status } = await runClient(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 200 })
  expect(status).toBeNull()
})

test('runClient keeps the last megabyte of an endless output', async () => {
  const script = "for (let line = 0; line < 400000; line++) console.log(String(line).padStart(9, '0'))"
  const { stdout } = await runClient(process.execPath, ['-e', script], { timeoutMs: 20_000 })
  expect(stdout.length).toBe(1_000_000)
  expect(stdout.endsWith('000399999\n')).toBe(true)
})

test('unexpectedLines leaves out what the client is known to say', () => {
  const output = 'VLC media player 3.0.24 Vetinari\n\nmain decoder error: buffer deadlock prevented\n'
  expect(unexpectedLines('cvlc', output)).toEqual(['main decoder error: buffer deadlock prevented'])
})
