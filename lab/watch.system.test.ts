import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startClipRelay } from '../udp-relay/test-support/clip-relay.ts'
import { CLIP_FRAMES, makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { makeCertificate } from './test-support/certificate.ts'
import { needs } from './test-support/clients.ts'
import { runClient } from './test-support/run-client.ts'
import { temporaryFolder } from './test-support/temporary-folder.ts'
import { weirProgram } from './test-support/weir-process.ts'
import { inLongRun } from './test-support/long-run.ts'
import type { Watched } from './watch.ts'

const clip = makePackageClip()

const watch = (folder: string, args: readonly string[], signal?: AbortSignal) =>
  runClient(process.execPath, [...weirProgram(), 'watch', ...args], {
    timeoutMs: 90_000,
    cwd: folder,
    env: { INIT_CWD: folder },
    ...(signal === undefined ? {} : { signal }),
  })

test.concurrent('weir watch plays to the end, writes what arrived, and keeps its budgets', async (context) => {
  const ffprobe = needs(context, 'ffprobe')
  const folder = temporaryFolder(context)
  const relay = await startClipRelay(context, clip)
  const budgets = ['--budget', 'lostPackets<1', '--budget', `intactFrames=${CLIP_FRAMES}`]
  const files = ['--out', 'copy.ts', '--junit', 'report.xml']
  const patience = ['--jitter-buffer-ms', '1000'] // for a machine that starts other programs meanwhile
  const run = await watch(folder, [...budgets, ...files, ...patience, '--json', relay.url])
  expect([run.status, run.stderr]).toEqual([0, ''])
  const watched = JSON.parse(run.stdout) as Watched
  expect(watched).toMatchObject({ url: relay.url, transport: 'udp', isGood: true })
  expect(watched.end.reason).toMatch(/^(bye|complete)$/) // all was there, with or without a goodbye
  expect(watched.figures).toMatchObject({ intactFrames: CLIP_FRAMES, damagedFrames: 0, lossRatio: 0, freezeCount: 0 })
  expect(readFileSync(join(folder, 'report.xml'), 'utf8')).toContain('tests="3" failures="0"')
  const args = ['-v', 'error', '-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets']
  const counted = execFileSync(ffprobe, [...args, '-of', 'csv=p=0', join(folder, 'copy.ts')], { encoding: 'utf8' })
  expect(Number.parseInt(counted, 10)).toBe(CLIP_FRAMES)
})

test.concurrent('weir watch tells a table, and 1 for a broken budget', async (context) => {
  const folder = temporaryFolder(context)
  const relay = await startClipRelay(context, clip)
  const run = await watch(folder, [relay.url, '--for', '1500ms', '--budget', 'intactFrames<1', '--junit', 'report.xml'])
  expect([run.status, run.stderr]).toEqual([1, ''])
  expect(run.stdout).toMatch(/^lostPackets +0 {2}packets +did not come, before any repair$/m)
  expect(run.stdout).toMatch(/^✗ intactFrames<1: \d+$/m)
  expect(readFileSync(join(folder, 'report.xml'), 'utf8')).toContain('failures="1"')
})

test.concurrent('weir watch says why an address does not play, with exit code 1', async (context) => {
  const folder = temporaryFolder(context)
  const relay = await startClipRelay(context, clip)
  const run = await watch(folder, [relay.url.replace('clip', 'nothing'), '--junit', 'report.xml'])
  expect(run).toMatchObject({ status: 1, stdout: '', stderr: 'weir: the server answers 404 Not Found to DESCRIBE\n' })
  expect(readFileSync(join(folder, 'report.xml'), 'utf8')).toContain('<failure message="the server answers 404')
})

if (inLongRun)
  test('weir watch takes a self-signed certificate only with --insecure', async (context) => {
    const folder = temporaryFolder(context)
    const relay = await startClipRelay(context, clip, { rtsps: { port: 0, identity: makeCertificate(context) } })
    const url = `rtsps://127.0.0.1:${relay.rtspsPort}/clip`
    const refused = await watch(folder, [url])
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/self-signed .*\(--insecure takes it/) })
    const taken = ['--insecure', '--for', '1500ms', '--budget', 'intactFrames>0', '--budget', 'damagedFrames=0']
    const run = await watch(folder, [url, ...taken, '--json'])
    expect(run).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(run.stdout)).toMatchObject({ url, transport: 'tcp', isGood: true })
  })

test.concurrent('weir watch names all bad arguments, with exit code 2', async (context) => {
  const folder = temporaryFolder(context)
  const bad = [
    'ftp://host/master.m3u8',
    '--abr',
    'bola',
    '--network',
    'moon',
    '--budget',
    'lost<1',
    '--budget',
    'lostPackets<x',
    '--out',
    'no/folder.ts',
  ]
  const run = await watch(folder, bad)
  expect(run.status).toBe(2)
  expect(
    run.stderr
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 40)),
  ).toEqual([
    'weir: <url> must be http[s]://… of an HL',
    "weir: a budget's measure must be one of ",
    "weir: a budget's measure must be one of ",
    'weir: --out must be a file in a folder t',
    'weir: --network: it must be a file with ',
  ])
  expect((await watch(folder, ['rtsp://h/', '--for', 'soon'])).stderr).toContain('such as 30s')
  expect(existsSync(join(folder, 'no'))).toBe(false)
})

test.concurrent('weir watch that is interrupted says goodbye and tells its figures, with exit code 130', async (context) => {
  const folder = temporaryFolder(context)
  const relay = await startClipRelay(context, clip)
  const stop = new AbortController()
  const running = watch(folder, ['--json', relay.url], stop.signal)
  while (relay.sessions.count === 0) await delay(20)
  await delay(1000)
  stop.abort()
  const { status, stdout } = await running
  expect(status).toBe(130)
  expect(JSON.parse(stdout)).toMatchObject({ end: { reason: 'interrupted' } })
  expect(relay.log.find(({ msg }) => msg === 'RTSP session ended')).toMatchObject({ reason: 'teardown' })
})
