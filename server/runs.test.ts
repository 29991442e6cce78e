import { truncate } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import type { RunEvent } from '../stream/record.ts'
import { readRecord } from '../stream/run-record.ts'
import { SILENCE_MS } from './live-run.ts'
import { keepOutcome } from './run-outcome.ts'
import { ask, linesOf, openLane, openRunServer, VIDEO } from './test-support/run-server.ts'

const begin = { video: VIDEO, link: 'default', scenario: { page: '?side=both' } }
const viewed: readonly RunEvent[] = [
  { kind: 'clock', of: 'udp', atMs: 100, unixMs: 1_800_000_000_000 },
  { kind: 'play-asked', side: 'udp', atMs: 100 },
  { kind: 'frame-shown', side: 'udp', atMs: 350, state: 'intact', ptsTicks: 0 },
  { kind: 'play-asked', side: 'hls', atMs: 100 },
  { kind: 'frame-shown', side: 'hls', atMs: 900, state: 'intact', ptsTicks: 0 },
]

async function recordOf(url: string, id: unknown) {
  const record = readRecord((await ask(`${url}/api/runs/${String(id)}/record.jsonl`)).text)
  if (!record.ok) throw new Error(JSON.stringify(record.fault))
  return record.value
}

test('a run keeps what its viewers and its link tell, in the order in which it came, and measures both sides', async (context) => {
  const { url, links } = await openRunServer(context)
  const before = Date.now()
  const { status, json: run } = await ask(`${url}/api/runs`, 'POST', begin)
  expect([status, run['state'], run['title']]).toEqual([201, 'running', 'A clip'])
  expect(run['serverUnixMs']).toBeGreaterThanOrEqual(before)
  const address = `${url}/api/runs/${String(run['id'])}`
  const lane = openLane(links, 'default')
  lane.send('rtp', 0, new Uint8Array(972), performance.now())
  await ask(`${address}/events`, 'POST', linesOf(...viewed))
  links.restart('default')
  await Promise.resolve()
  lane.send('rtp', 0, new Uint8Array(972), performance.now())

  const { json: running } = await ask(address)
  expect(running['measures']).toMatchObject({ hls: { startupMs: 800 }, udp: { startupMs: 250 } })
  const paused: RunEvent = { kind: 'paused', side: 'udp', atMs: 400 }
  expect((await ask(`${address}/end`, 'POST', linesOf(paused))).json).toMatchObject({
    state: 'ended',
    endedBy: 'viewer',
  })

  const { head, events } = await recordOf(url, run['id'])
  expect(head).toMatchObject({ seed: 7, scenario: { ...begin.scenario, video: VIDEO, profile: { seed: 7 } } })
  expect(Object.keys(head.versions)).toEqual(['browser', 'weir'])
  const kinds = events.map((event) => event.kind).filter((kind) => kind !== 'rate-set')
  const ofLink = ['clock', 'packet-accepted', 'packet-delivered'] // once more after the restart
  expect(kinds).toEqual([...ofLink, ...viewed.map(({ kind }) => kind), ...ofLink, 'paused'])
  const { json: ended } = await ask(address)
  expect(ended['measures']).toMatchObject({ hls: { startupMs: 800 }, udp: { startupMs: 250 } })
  lane.close()
})

test('a run that nobody ends does so after 10 s without a word, and takes nothing more', async (context) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  context.onTestFinished(() => void vi.useRealTimers())
  const { url } = await openRunServer(context)
  const { json } = await ask(`${url}/api/runs`, 'POST', begin)
  const address = `${url}/api/runs/${String(json['id'])}`
  vi.advanceTimersByTime(SILENCE_MS - 1)
  await ask(`${address}/events`, 'POST', '')
  vi.advanceTimersByTime(SILENCE_MS - 1)
  await ask(`${address}/events`, 'POST', linesOf({ kind: 'paused', side: 'udp', atMs: 1 }))
  vi.advanceTimersByTime(SILENCE_MS)
  vi.useRealTimers()
  await expect.poll(async () => (await ask(address)).json['endedBy']).toBe('silence')
  const late = await ask(`${address}/events`, 'POST', linesOf(...viewed))
  expect([late.status, late.json['code']]).toEqual([409, 'run-ended'])
  expect((await recordOf(url, json['id'])).events.at(-1)?.kind).toBe('paused')
})

test('a run ends with its link, and with the server', async (context) => {
  const { url, links, runs } = await openRunServer(context)
  const { id: link } = links.create({ seed: 1, downlink: {} })
  await ask(`${url}/api/runs`, 'POST', { ...begin, link })
  await ask(`${url}/api/runs`, 'POST', begin)
  links.remove(link)
  await expect.poll(() => runs.list().map(({ endedBy }) => endedBy)).toEqual([undefined, 'link-gone'])
  await runs.close()
  expect(runs.list().map(({ endedBy }) => endedBy)).toEqual(['server-stopped', 'link-gone'])
})

test('a run whose server was killed is cut off: what was written is there, up to the last whole line', async (context) => {
  const { url, runs, reopen } = await openRunServer(context)
  const { json } = await ask(`${url}/api/runs`, 'POST', begin)
  const id = String(json['id'])
  await ask(`${url}/api/runs/${id}/events`, 'POST', linesOf(...viewed))
  const path = await runs.recordPath(id)
  const other = await reopen()
  expect(other.find(id)).toMatchObject({ state: 'cut-off' })
  expect(await other.measures(id)).toMatchObject({ hls: { startupMs: 800 }, udp: { startupMs: 250 } })

  await truncate(path, 250) // in the middle of the head
  let text = ''
  for await (const piece of await (await reopen()).text(id)) text += String(piece)
  expect(text === '' || text.endsWith('\n')).toBe(true)
})

test('a run’s viewers are refused what is none of theirs, with its place, and none of that post counts', async (context) => {
  const { url } = await openRunServer(context)
  const { json } = await ask(`${url}/api/runs`, 'POST', begin)
  const address = `${url}/api/runs/${String(json['id'])}`
  const good = linesOf({ kind: 'paused', side: 'hls', atMs: 1 })
  const rows = [
    [
      '{"kind":"paused","side":"hls"}',
      'expected line 2 atMs: a number from -10000000000000 to 10000000000000, got nothing',
    ],
    ['nonsense', 'expected line 2: an object, got nothing'],
    ['{"kind":"paused","atMs":1}', 'line 2 side: expected hls | udp, got nothing'],
    [
      '{"kind":"clock","of":"link","atMs":1,"unixMs":1}',
      'line 2: expected an event of a viewer, got clock of the link',
    ],
    [
      '{"kind":"rate-set","lane":"tcp","direction":"down","atMs":1}',
      'line 2: expected an event of a viewer, got rate-set of the link',
    ],
  ] as const
  for (const [line, detail] of rows) {
    const { status, json: problem } = await ask(`${address}/events`, 'POST', `${good}${line}\n${good}`)
    expect([status, problem['code'], problem['detail']]).toEqual([400, 'bad-event', detail])
  }
  await ask(`${address}/end`, 'POST', '')
  const { events } = await recordOf(url, json['id'])
  expect(events.filter(({ kind }) => kind === 'paused')).toEqual([])
})

test('runs are refused without video, link or room, and not found when unknown', async (context) => {
  const { url, links } = await openRunServer(context)
  const codeOf = async (body: object) => (await ask(`${url}/api/runs`, 'POST', body)).json['code']
  expect(await codeOf({ ...begin, video: 'none' })).toBe('unknown-video')
  expect(await codeOf({ ...begin, link: 'none' })).toBe('unknown-link')
  expect(await codeOf({ ...begin, video: 7 })).toBe('bad-request')
  for (const path of ['none', 'none/record.jsonl']) expect((await ask(`${url}/api/runs/${path}`)).status).toBe(404)
  for (let count = 1; count <= 4; count += 1) await ask(`${url}/api/runs`, 'POST', begin)
  expect(await codeOf(begin)).toBe('too-many-requests')
  links.close() // with them those four
  await expect.poll(async () => (await ask(`${url}/api/runs`)).text).not.toMatch('running')
})

test('the newest 50 runs are kept, and one can be removed', async (context) => {
  const { url, runs, reopen } = await openRunServer(context)
  const ids: string[] = []
  for (let count = 1; count <= 52; count += 1) {
    const { json } = await ask(`${url}/api/runs`, 'POST', begin)
    ids.push(String(json['id']))
    await runs.end(String(json['id']))
  }
  expect((await ask(`${url}/api/runs/${ids[51]}`, 'DELETE')).status).toBe(204)
  expect(runs.list().map(({ id }) => id)).toEqual(ids.slice(2, 51).toReversed())
  await expect.poll(async () => (await reopen()).list().length).toBe(49)
})

test('a run that is about to end takes nothing more', async (context) => {
  const { url, runs } = await openRunServer(context)
  const { json } = await ask(`${url}/api/runs`, 'POST', begin)
  const ending = runs.end(String(json['id']))
  expect(() => runs.append(String(json['id']), viewed)).toThrow('this one is ending')
  await ending
})

test('what came out of a run stays when its record is read again, and when nothing but that is left', async (context) => {
  const { url, runs, reopen, folder } = await openRunServer(context)
  const { json } = await ask(`${url}/api/runs`, 'POST', begin)
  const id = String(json['id'])
  await ask(`${url}/api/runs/${id}/events`, 'POST', linesOf(...viewed))
  const running = await runs.outcome(id)
  expect(running.series.bins?.columns['udp.intactFrames']).toBeDefined()
  await runs.end(id)

  await truncate(folder.path(id, 'outcome.json.gz'), 20)
  expect(await (await reopen()).outcome(id)).toEqual(running) // folded anew
  await keepOutcome(folder.path(id, 'outcome.json.gz'), 'an older version', { ...running, measures: {} as never })
  expect(await (await reopen()).outcome(id)).toEqual(running)
  await keepOutcome(folder.path(id, 'outcome.json.gz'), '0', running)
  await truncate(folder.path(id, 'record.jsonl.gz'), 0)
  expect(await (await reopen()).outcome(id)).toEqual(running)
})
