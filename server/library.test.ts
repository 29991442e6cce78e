import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import { expect, test, vi, type TestContext } from 'vitest'
import { temporaryFolder } from '../lab/test-support/temporary-folder.ts'
import { Library, type LibraryEvent } from './library.ts'
import { isVideoId, MediaFolder, newVideoId } from './media-folder.ts'
import { recover } from './recovery.ts'
import { writeVideoRecord, type VideoRecord } from './video-record.ts'

const logger = pino({ level: 'silent' })
const ID = 'abcdefghjk'

function recordOf(changes: Partial<VideoRecord> = {}): VideoRecord {
  return {
    format: 'weir-video',
    version: 1,
    id: ID,
    title: 'clip',
    createdUnixMs: 1000,
    status: 'queued',
    attempt: 0,
    source: 'source.mp4',
    sourceBytes: 4,
    variants: [],
    ...changes,
  }
}

async function openLibrary(root: string, events: LibraryEvent[] = []): Promise<Library> {
  const onEvent = (event: LibraryEvent): void => void events.push(event)
  return Library.open({ folder: new MediaFolder(root), logger, nowUnixMs: () => 1000, onEvent })
}

/** A media folder as an earlier server left it. */
async function leftBehind(context: TestContext, record: VideoRecord, folders: readonly string[]): Promise<string> {
  const root = temporaryFolder(context)
  for (const name of ['', ...folders]) await mkdir(join(root, record.id, name), { recursive: true })
  await writeFile(join(root, record.id, 'video.json'), writeVideoRecord(record))
  await writeFile(join(root, record.id, record.source), 'clip')
  return root
}

test('newVideoId makes ten characters that isVideoId knows', () => {
  const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, index) => 33 * index)
  expect(newVideoId(bytes)).toBe('abcdefghij') // the low five bits count
  expect(isVideoId(newVideoId())).toBe(true)
  for (const wrong of ['', 'abc', '../../x', 'ABCDEFGHJK', 'abcdefghj/', 'abcdefghjk\n'])
    expect(isVideoId(wrong)).toBe(false)
})

test('MediaFolder makes no path of anything but an id', () => {
  expect(() => new MediaFolder('/m').video('../x')).toThrow(RangeError)
})

test('Library.add moves the file into a folder that appears whole', async (context) => {
  const events: LibraryEvent[] = []
  const library = await openLibrary(temporaryFolder(context), events)
  const file = library.folder.passing(ID, 'part')
  await writeFile(file, 'clip')
  await library.add({ id: ID, title: 'A clip', file, extension: 'mp4' })
  expect((await readdir(library.folder.video(ID))).sort()).toEqual(['source.mp4', 'video.json'])
  expect(await readdir(library.folder.uploads)).toEqual([])
  expect(events.map(({ kind }) => kind)).toEqual(['video'])
  const again = await openLibrary(library.folder.root)
  expect(again.list()).toEqual([recordOf({ title: 'A clip' })])
})

test('Library.open goes on past a video.json that is broken, of another video, or not there', async (context) => {
  const root = await leftBehind(context, recordOf(), [])
  for (const [id, text] of [
    ['bbbbbbbbbb', '{"format":"weir-vid'],
    ['cccccccccc', writeVideoRecord(recordOf())],
    ['dddddddddd', writeVideoRecord({ ...recordOf({ id: 'dddddddddd' }), colour: 'red' } as VideoRecord)],
    ['eeeeeeeeee', undefined],
  ] as const) {
    await mkdir(join(root, id))
    if (text !== undefined) await writeFile(join(root, id, 'video.json'), text)
  }
  const library = await openLibrary(root)
  await recover(library, logger)
  expect(library.list().map(({ id }) => id)).toEqual([ID])
  expect(existsSync(join(root, 'bbbbbbbbbb/video.json'))).toBe(true)
})

test('Library lists by creation, and without the removed', async (context) => {
  const root = await leftBehind(context, recordOf({ createdUnixMs: 3 }), [])
  for (const [id, createdUnixMs] of [
    ['bbbbbbbbbb', 2],
    ['cccccccccc', 1],
  ] as const) {
    await mkdir(join(root, id))
    await writeFile(join(root, id, 'video.json'), writeVideoRecord(recordOf({ id, createdUnixMs })))
  }
  const library = await openLibrary(root)
  await library.hide('bbbbbbbbbb')
  expect(library.list().map(({ id }) => id)).toEqual(['cccccccccc', ID])
  expect(library.find('bbbbbbbbbb')).toBeUndefined()
  expect(() => library.require('bbbbbbbbbb')).toThrow('no video has the id')
})

test('Library.hide removes the folder after 10 s, unless restored before', async (context) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  context.onTestFinished(() => void vi.useRealTimers())
  const library = await openLibrary(await leftBehind(context, recordOf(), []))
  await library.hide(ID)
  vi.advanceTimersByTime(9999)
  await library.restore(ID)
  vi.advanceTimersByTime(20_000)
  expect(library.find(ID)?.removedUnixMs).toBeUndefined()
  await expect(library.restore(ID)).rejects.toThrow('just removed')
  await library.hide(ID)
  vi.advanceTimersByTime(10_000)
  vi.useRealTimers()
  await vi.waitFor(() =>
    expect(existsSync(library.folder.passing(ID, 'gone')) || existsSync(library.folder.video(ID))).toBe(false),
  )
})

test('Library keeps a new title that comes while a package is published', async (context) => {
  const library = await openLibrary(
    await leftBehind(context, recordOf({ status: 'playable', attempt: 1 }), ['hls.1.tmp']),
  )
  await Promise.all([library.publish(ID, 1, { durationSeconds: 4 }), library.change(ID, { title: 'new' })])
  const read = JSON.parse(await readFile(library.folder.record(ID), 'utf8'))
  expect(read).toMatchObject({ title: 'new', status: 'ready', durationSeconds: 4 })
  expect(library.packageFolders(ID)).toEqual([library.folder.package(ID)])
})

type Left = {
  name: string
  record: VideoRecord
  folders: string[]
  after: { status: string; folders: string[]; queued: boolean }
}
const lefts: Left[] = [
  {
    name: 'a video that waited',
    record: recordOf(),
    folders: [],
    after: { status: 'queued', folders: [], queued: true },
  },
  {
    name: 'a job in its middle',
    record: recordOf({ status: 'segmenting', attempt: 2 }),
    folders: ['hls.2.tmp/720p'],
    after: { status: 'queued', folders: [], queued: true },
  },
  {
    name: 'a job that could be played',
    record: recordOf({ status: 'playable', attempt: 1 }),
    folders: ['hls.1.tmp/720p'],
    after: { status: 'queued', folders: [], queued: true },
  },
  {
    name: 'a finished package before its rename',
    record: recordOf({ status: 'ready', attempt: 1 }),
    folders: ['hls.1.tmp/720p'],
    after: { status: 'ready', folders: ['hls'], queued: false },
  },
  {
    name: 'a published package',
    record: recordOf({ status: 'ready', attempt: 2 }),
    folders: ['hls/720p', 'hls.1.tmp', 'video.json.1234567'],
    after: { status: 'ready', folders: ['hls'], queued: false },
  },
  {
    name: 'a published package whose record was overtaken',
    record: recordOf({ status: 'playable', attempt: 2 }),
    folders: ['hls/720p'],
    after: { status: 'queued', folders: [], queued: true },
  },
  {
    name: 'a failure',
    record: recordOf({ status: 'failed', attempt: 1, error: { code: 'no-pictures', message: 'none' } }),
    folders: ['hls.1.tmp'],
    after: { status: 'failed', folders: [], queued: false },
  },
]
for (const { name, record, folders, after } of lefts) {
  test(`recover puts ${name} in order`, async (context) => {
    const library = await openLibrary(await leftBehind(context, record, folders))
    const { queuedIds } = await recover(library, logger)
    expect(library.find(ID)?.status).toBe(after.status)
    const names = (await readdir(library.folder.video(ID))).sort()
    expect(names).toEqual([...after.folders, 'source.mp4', 'video.json'])
    expect(queuedIds).toEqual(after.queued ? [ID] : [])
  })
}

test('recover removes what was hidden and goes on with a removal', async (context) => {
  const library = await openLibrary(await leftBehind(context, recordOf({ removedUnixMs: 1 }), ['hls']))
  await mkdir(library.folder.passing('bbbbbbbbbb', 'gone'))
  await recover(library, logger)
  expect(await readdir(library.folder.root)).toEqual(['.uploads'])
  expect(await readdir(library.folder.uploads)).toEqual([])
})

test('recover keeps half uploads by tus, lets whole bodies go, and takes up a video that was about to appear', async (context) => {
  const library = await openLibrary(temporaryFolder(context))
  const { uploads } = library.folder
  for (const name of [ID, `${ID}.json`, 'bbbbbbbbbb.part', 'lock.json', 'lock.json.77'])
    await writeFile(join(uploads, name), '{}')
  await mkdir(join(uploads, 'cccccccccc.video'))
  await writeFile(join(uploads, 'cccccccccc.video/video.json'), writeVideoRecord(recordOf({ id: 'cccccccccc' })))
  await writeFile(join(uploads, 'cccccccccc.video/source.mp4'), 'clip')
  await mkdir(join(uploads, 'dddddddddd.video'))
  await writeFile(join(uploads, 'dddddddddd.video/video.json'), writeVideoRecord(recordOf({ id: 'dddddddddd' })))
  const recovered = await recover(library, logger)
  expect(recovered).toEqual({ queuedIds: ['cccccccccc'], uploadIds: [ID] })
  expect((await readdir(uploads)).sort()).toEqual([ID, `${ID}.json`, 'lock.json'])
})
