import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, expect, test, vi, type TestContext } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { writeOutline } from '../protocol/outline.ts'
import { makePackageClip } from '../udp-relay/test-support/package-clip.ts'
import { makeSoundClip } from '../udp-relay/test-support/sound-clip.ts'
import { Library, UNDO_MS } from './library.ts'
import { MediaFolder } from './media-folder.ts'
import { PublishedPackages } from './published-packages.ts'
import { writeVideoRecord, type VideoRecord } from './video-record.ts'

const ID = 'abcdefghjk'
const clip = makePackageClip()
const { segments, ended: _, ...head } = clip.outline

afterEach(() => void vi.useRealTimers())

/** A library with the clip, as far as the segmenter has made it: `rows` segments of two, or all of it. */
async function openPackages(context: TestContext, status: VideoRecord['status'], rows: number) {
  const root = temporaryFolder(context)
  const folder = new MediaFolder(root)
  const packageFolder = status === 'ready' ? folder.package(ID) : folder.attempt(ID, 1)
  const variantFolder = join(packageFolder, '240p')
  await mkdir(variantFolder, { recursive: true })
  for (const [index, bytes] of clip.segments.entries()) {
    await writeFile(join(variantFolder, segments[index]?.uri ?? ''), bytes)
  }
  const soFar = join(variantFolder, 'outline.jsonl')
  const lines = [head, ...segments].map((row) => `${JSON.stringify(row)}\n`)
  if (status === 'ready') await writeFile(join(variantFolder, 'outline.json'), writeOutline(clip.outline))
  else await writeFile(soFar, lines.slice(0, 1 + rows).join(''))
  const record: VideoRecord = {
    format: 'weir-video',
    version: 1,
    id: ID,
    title: 'clip',
    createdUnixMs: 1000,
    status,
    attempt: 1,
    source: 'source.mp4',
    sourceBytes: 4,
    variants: [{ name: '240p', widthPixels: 320, heightPixels: 240, bandwidthBitsPerSecond: 1, codecs: 'avc1' }],
  }
  await writeFile(folder.record(ID), writeVideoRecord(record))
  const logger = pino({ level: 'silent' })
  const library = await Library.open({ folder, logger, nowUnixMs: () => 1000, onEvent: () => {} })
  return { library, packages: new PublishedPackages(library), variantFolder, soFar, lines, folder }
}

test('a growing video is open as far as it is made, and whole once it is published', async (context) => {
  const { library, packages, variantFolder, soFar, lines, folder } = await openPackages(context, 'playable', 1)
  const presentation = await packages.open(ID, undefined)
  const outline = () => presentation?.outline()
  expect(outline()).toEqual({ ...head, segments: segments.slice(0, 1), ended: false })

  await appendFile(soFar, lines[2]?.slice(0, 20) ?? '') // half a row
  await appendFile(soFar, lines[2]?.slice(20) ?? '')
  await expect.poll(outline).toEqual({ ...clip.outline, ended: false })
  expect(await presentation?.readSegment(1)).toEqual(Buffer.from(clip.segments[1] ?? []))

  await writeFile(join(variantFolder, 'outline.json'), writeOutline(clip.outline))
  await rm(soFar)
  await rename(folder.attempt(ID, 1), folder.package(ID))
  await library.change(ID, { status: 'ready' })
  await library.hide(ID) // makes no difference to who has it open
  await expect.poll(() => outline()?.ended).toBe(true)
  expect(outline()?.segments).toHaveLength(2)
  expect(await presentation?.readSegment(0)).toEqual(Buffer.from(clip.segments[0] ?? []))
})

test('a video whose files are all made plays before it is published, from either folder', async (context) => {
  const { packages, variantFolder, soFar, folder } = await openPackages(context, 'playable', 2)
  await writeFile(join(variantFolder, 'outline.json'), writeOutline(clip.outline))
  await rm(soFar)
  const before = await packages.open(ID, '240p')
  expect(before?.outline()).toEqual(clip.outline)
  await rename(folder.attempt(ID, 1), folder.package(ID)) // and the catalogue does not say so yet
  expect(await before?.readSegment(1)).toEqual(Buffer.from(clip.segments[1] ?? []))
  expect((await packages.open(ID, '240p'))?.outline()).toEqual(clip.outline)
})

test('a growing video ends where its job failed, and without a segment it is none yet', async (context) => {
  const { library, packages, folder } = await openPackages(context, 'playable', 1)
  const presentation = await packages.open(ID, '240p')
  await library.change(ID, { status: 'failed' })
  await rm(folder.attempt(ID, 1), { recursive: true })
  await expect.poll(() => presentation?.outline().ended, { timeout: 5000 }).toBe(true)
  expect(await packages.open(ID, '240p')).toBeUndefined()
  const empty = await openPackages(context, 'playable', 0)
  expect(await empty.packages.open(ID, undefined)).toBeUndefined()
})

test('a removed video stays until the last who watches it has left', async (context) => {
  const { library, packages, folder } = await openPackages(context, 'ready', 2)
  const [first, second] = [await packages.open(ID, undefined), await packages.open(ID, undefined)]
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  await library.hide(ID)
  vi.advanceTimersByTime(UNDO_MS)
  vi.useRealTimers()
  expect(await packages.open(ID, undefined)).toBeUndefined()
  expect(await first?.readSegment(1)).toEqual(Buffer.from(clip.segments[1] ?? []))
  first?.close()
  first?.close() // twice is once
  expect(await second?.readSegment(0)).toEqual(Buffer.from(clip.segments[0] ?? []))
  expect(existsSync(folder.video(ID))).toBe(true)
  second?.close()
  await expect.poll(() => existsSync(folder.video(ID))).toBe(false)
})

test('without a variant in the address the best one of H.264 is opened, whatever HEVC there is', async (context) => {
  const { library, packages } = await openPackages(context, 'ready', 2)
  const [known] = library.require(ID).variants
  const hevc = { ...known!, name: '240p-hevc', bandwidthBitsPerSecond: 9, codecs: 'hev1.1.6.L60.90,mp4a.40.2' }
  await library.change(ID, { variants: [hevc, known!] })
  expect((await packages.open(ID, undefined))?.variant).toBe('240p')
  await library.change(ID, { variants: [hevc] })
  expect(await packages.open(ID, undefined)).toBeUndefined()
})

test('a video of sound alone is opened with its outline, also one that was packaged without', async (context) => {
  const { library, packages, folder } = await openPackages(context, 'ready', 2)
  const sound = { name: 'audio', widthPixels: 0, heightPixels: 0, bandwidthBitsPerSecond: 1, codecs: 'mp4a.40.2' }
  await library.change(ID, { variants: [sound] })
  const clipOfSound = makeSoundClip()
  const variantFolder = join(folder.package(ID), 'audio')
  await mkdir(variantFolder)
  for (const [index, bytes] of clipOfSound.segments.entries()) {
    await writeFile(join(variantFolder, clipOfSound.outline.segments[index]?.uri ?? ''), bytes)
  }
  const opened = await packages.open(ID, undefined)
  expect(opened?.variant).toBe('audio')
  expect(opened?.outline()).toEqual(clipOfSound.outline)
  expect(await opened?.readSegment(1)).toEqual(Buffer.from(clipOfSound.segments[1] ?? []))

  await writeFile(join(variantFolder, 'outline.json'), writeOutline({ ...clipOfSound.outline, ended: true }))
  expect((await new PublishedPackages(library).open(ID, 'audio'))?.outline()).toEqual(clipOfSound.outline)
})
