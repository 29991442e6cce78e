import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { makeCertificate } from './lab/test-support/certificate.ts'
import { temporaryFolder } from './lab/test-support/temporary-folder.ts'
import { startWeir, weirProgram } from './lab/test-support/weir-process.ts'
import { makeClip } from './server/test-support/clips.ts'
import { getVideo, listVideos, untilStatus } from './server/test-support/weir-client.ts'

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs a command to its end, standing in `folder`. */
function weir(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { ...process.env, INIT_CWD: folder, ...env } }
    execFile(process.execPath, [...weirProgram(), ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

test('--help is exit code 0, a wrong word 2', async (context) => {
  const folder = temporaryFolder(context)
  expect(await weir(folder, ['add', '--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Usage: weir add'),
  })
  for (const [wrong, words] of [
    [['serf'], "unknown command 'serf'"],
    [['serve', '--prot', '1'], "unknown option '--prot'"],
    [['segment', 'one'], "missing required argument 'out'"],
  ] as const) {
    expect(await weir(folder, wrong)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) })
  }
})

test('weir serve tells everything that is wrong with its configuration, with exit code 2', async (context) => {
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'weir.yaml'), 'prot: 1\nlink: { seed: -1 }\n')
  const { code, stderr } = await weir(folder, ['serve', '--port', 'http'])
  expect(code).toBe(2)
  expect(stderr.split('\n').filter((line) => line.startsWith('weir: '))).toHaveLength(3)
  expect((await weir(folder, ['serve', '--config', 'nowhere.yaml'])).stderr).toContain('--config must be a file')
})

test('weir serve offers RTSPS where it is told a port and the files, and refuses files that do not match', async (context) => {
  const folder = temporaryFolder(context)
  const [ours, other] = [makeCertificate(context), makeCertificate(context)]
  const args = ['--rtsps-port', '0', '--tls-certificate', ours.certificateFile]
  const refused = await weir(folder, ['serve', ...args, '--tls-key', other.keyFile])
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/^weir: tlsKey must be the key of /) })
  const { log } = await startWeir({ mediaFolder: folder, args: [...args, '--tls-key', ours.keyFile] })
  expect(log()).toMatch(/RTSP: rtsp:\S+ {2}RTSPS: rtsps:\/\/127\.0\.0\.1:\d+\/$/m)
})

test('weir serve --print-config tells each value and where it came from', async (context) => {
  const folder = temporaryFolder(context)
  writeFileSync(join(folder, 'weir.yaml'), 'rtspPort: 5554\n')
  const { code, stdout } = await weir(folder, ['serve', '--print-config', '--port', '0'], { WEIR_RTP_PORT: '9000' })
  expect(code).toBe(0)
  for (const line of [
    'port: 0 # --port',
    `rtspPort: 5554 # ${join(folder, 'weir.yaml')}`,
    'rtpPort: 9000 # WEIR_RTP_PORT',
    `media: "${join(folder, 'media')}" # default`,
  ]) {
    expect(stdout.split('\n')).toContain(line)
  }
})

test('weir serve refuses a port and a media folder that are in use, with exit code 2', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const { url } = await startWeir({ mediaFolder })
  const same = await weir(mediaFolder, [
    'serve',
    '--media',
    mediaFolder,
    '--port',
    '0',
    '--rtsp-port',
    '0',
    '--rtp-port',
    '0',
  ])
  expect([same.code, same.stderr]).toEqual([2, expect.stringContaining(`in use by process`)])
  const { port } = new URL(url)
  const ports = ['--port', port, '--rtsp-port', '0', '--rtp-port', '0', '--no-sample']
  const taken = await weir(temporaryFolder(context), ['serve', ...ports])
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining(`port ${port} of 127.0.0.1 is taken`)])
})

test('weir segment makes a folder of plain HLS files, and says why it cannot', async (context) => {
  const folder = temporaryFolder(context)
  makeClip(context, folder, { seconds: 2 })
  const made = await weir(folder, ['segment', '--segments', 'fmp4', '--single-files', 'clip.mp4', 'out'])
  const names = ['master', 'master-fmp4', 'master-single', 'master-fmp4-single']
  const playlists = names.map((name) => join(folder, `out/${name}.m3u8`))
  expect([made.code, made.stdout.trim().split('\n')]).toEqual([0, playlists])
  for (const playlist of playlists) expect(readFileSync(playlist, 'utf8')).toMatch(/^#EXTM3U\n/)
  writeFileSync(join(folder, 'text.mp4'), 'no video')
  const refused = await weir(folder, ['segment', 'text.mp4', 'other'])
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('weir: ')])
  expect(existsSync(join(folder, 'other'))).toBe(false)
  expect((await weir(folder, ['segment', 'absent.mp4', 'other'])).stderr).toContain('absent.mp4')
})

test('weir add puts a file into the library with no server, and through the one that uses the folder', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const folder = temporaryFolder(context)
  makeClip(context, folder, { seconds: 2 })
  const direct = await weir(folder, ['add', 'clip.mp4', '--media', mediaFolder, '--port', '0', '--title', 'By hand'])
  expect(direct).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[a-z2-9]{10}\n$/) })
  const id = direct.stdout.trim()
  expect(readdirSync(join(mediaFolder, id)).sort()).toEqual(['hls', 'source.mp4', 'video.json'])

  const { url } = await startWeir({ mediaFolder })
  expect(await getVideo(url, id)).toMatchObject({ title: 'By hand', status: 'ready' })
  const added = await weir(folder, ['add', 'clip.mp4', '--media', mediaFolder, '--port', '0'])
  expect(added.code).toBe(0)
  await untilStatus(url, added.stdout.trim(), ['ready'])
  expect((await listVideos(url)).map(({ title }) => title)).toEqual(['By hand', 'clip'])
  writeFileSync(join(folder, 'text.mp4'), 'no video')
  const refused = await weir(folder, ['add', 'text.mp4', '--media', mediaFolder, '--port', '0'])
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('no video format')])
})

test('weir doctor says what was found; without ffmpeg its exit code is 3, and that of serve', async (context) => {
  const folder = temporaryFolder(context)
  const found = await weir(folder, ['doctor'])
  expect([found.code, found.stdout]).toEqual([0, expect.stringMatching(/✓ ffmpeg .*\n[^]*✓ ffprobe /)])
  const missing = await weir(folder, ['doctor'], { FFMPEG_PATH: '/nowhere/ffmpeg' })
  expect([missing.code, missing.stdout]).toEqual([3, expect.stringContaining('✗ ffmpeg: not found')])
  const anyPorts = { WEIR_PORT: '0', WEIR_RTSP_PORT: '0', WEIR_RTP_PORT: '0' } // a Weir may be running here
  const server = await weir(folder, ['serve', '--no-sample'], { ...anyPorts, FFMPEG_PATH: '/nowhere/ffmpeg' })
  expect([server.code, server.stderr]).toEqual([3, expect.stringContaining('/nowhere/ffmpeg')])
})

test('the link part of the configuration is read again while running; mistakes in it change nothing', async (context) => {
  const mediaFolder = temporaryFolder(context)
  const file = join(mediaFolder, 'weir.yaml')
  const write = (downlink: string): Promise<void> => writeFile(file, `link: { seed: 7, downlink: ${downlink} }\n`)
  await write('{}')
  const running = await startWeir({ mediaFolder, args: ['--config', file] })
  const profile = async (): Promise<unknown> =>
    ((await (await fetch(`${running.url}/api/links/default`)).json()) as { profile: unknown }).profile
  expect(await profile()).toEqual({ seed: 7, downlink: {} })
  await write('{ queueMs: soon }')
  await vi.waitFor(() => expect(running.log()).toContain('the link stays as it was'), 5000)
  await write('{ oneWayDelayMs: 35 }')
  await vi.waitFor(async () => expect(await profile()).toEqual({ seed: 7, downlink: { oneWayDelayMs: 35 } }), 5000)
})
