import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needs } from '../../lab/test-support/clients.ts'
import { temporaryFolder } from '../../lab/test-support/temporary-folder.ts'
import { loopArguments, loopList, type LoopPlan } from './loop-arguments.ts'

const FRAMES = 50

test('a loop goes back to its start where the sound begins before the picture, whatever its folder is called', async (context) => {
  const ffmpeg = needs(context, 'ffmpeg')
  const folder = join(temporaryFolder(context), String.raw`it's "one" \ of them`)
  mkdirSync(folder)
  const sources = ['testsrc2=s=160x90:r=25:d=2', 'sine=d=2'].flatMap((source) => ['-f', 'lavfi', '-i', source])
  const encoder = ['-c:v', 'libx264', '-profile:v', 'baseline', '-g', '25', '-c:a', 'aac']
  const muxer = ['-f', 'hls', '-hls_time', '1', '-hls_playlist_type', 'vod', 'index.m3u8']
  execFileSync(ffmpeg, ['-v', 'error', ...sources, ...encoder, ...muxer], { cwd: folder })

  const [playlistPath, listPath] = [join(folder, 'index.m3u8'), join(folder, 'x.loop')]
  const format = {
    widthPixels: 160,
    heightPixels: 90,
    framesPerSecond: 25,
    groupFrames: 25,
    videoBitsPerSecond: 300_000,
  }
  const plan: LoopPlan = { playlistPath, ...format, hasSound: true }
  writeFileSync(listPath, loopList(plan, readFileSync(playlistPath, 'utf8')))
  const asked = loopArguments(plan, listPath)
  const input = asked.slice(asked.indexOf('-stream_loop'), asked.indexOf('-i') + 2)
  const counting = ['-map', '0:v', '-frames:v', `${3 * FRAMES}`, '-f', 'framecrc', '-']
  const printed = execFileSync(ffmpeg, ['-v', 'error', ...input, ...counting], { encoding: 'utf8' })
  const frames = printed.split('\n').filter((line) => line.startsWith('0,'))
  expect(frames).toHaveLength(3 * FRAMES)
  const checksum = (frame: string | undefined) => frame?.split(',').at(-1)
  expect(checksum(frames[FRAMES])).toBe(checksum(frames[0]))
})
