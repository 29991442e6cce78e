import { expect, test } from 'vitest'
import type { ToldEvent } from '../protocol/weir-api.ts'
import type { FeedRoad, RoadEnds } from './feed-roads.ts'
import { feedRoad, ServerFeed } from './server-feed.ts'

/** A server and its roads, of which the test decides what they do. */
class Roads {
  readonly opened: { readonly road: FeedRoad; readonly ends: RoadEnds }[] = []
  readonly done: string[] = []
  readonly #waiting: (() => void)[] = []
  isServerThere = true

  constructor() {
    new ServerFeed({
      openRoad: (road, ends) => {
        this.opened.push({ road, ends })
        return { close: () => this.done.push(`closed ${road}`) }
      },
      isServerThere: () => Promise.resolve(this.isServerThere),
      list: async () => void this.done.push('list'),
      apply: (event) => void this.done.push('id' in event ? event.id : event.kind),
      setTimeout: (act) => this.#waiting.push(act),
      random: () => 0.5,
    }).follow()
  }

  get newest(): RoadEnds {
    return this.opened.at(-1)!.ends
  }

  get roads(): string[] {
    return this.opened.map(({ road, ends }) => `${road} ${ends.since ?? 'now'}`)
  }

  tell(...events: readonly ToldEvent[]): void {
    for (const event of events) this.newest.onEvent(event)
  }

  async lose(): Promise<void> {
    this.newest.onLost()
    await settled()
    this.ring()
  }

  ring(): void {
    for (const act of this.#waiting.splice(0)) act()
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
const event = (sequence: number): ToldEvent => ({ sequence, kind: 'link-created', id: `e${sequence}` })

test('the feed lists at its cursor, applies what follows, and passes over what it knows', async () => {
  const roads = new Roads()
  roads.newest.onOpen()
  roads.tell({ sequence: 7, kind: 'cursor' }, event(7), event(8), event(8), event(9))
  await settled()
  expect(roads.done).toEqual(['list', 'e8', 'e9'])
  expect(feedRoad.value).toBe('websocket')
})

test('a server that was away is asked for what has happened since, by the same road', async () => {
  const roads = new Roads()
  roads.newest.onOpen()
  roads.tell({ sequence: 7, kind: 'cursor' }, event(8))
  roads.isServerThere = false
  await roads.lose()
  await roads.lose()
  expect(roads.roads).toEqual(['websocket now', 'websocket 8', 'websocket 8'])
})

test('a gap, and a server that gives up the connection, have everything listed anew', async () => {
  const roads = new Roads()
  roads.newest.onOpen()
  roads.tell({ sequence: 7, kind: 'cursor' }, event(10))
  await roads.lose()
  expect(roads.roads).toEqual(['websocket now', 'websocket now'])
  expect(roads.done).toEqual(['list', 'list', 'e10'])
})

test('on a road that is lost the feed comes back by the same one; when all are barred it begins with the best, later', async () => {
  const roads = new Roads()
  await roads.lose()
  roads.newest.onOpen()
  roads.tell({ sequence: 3, kind: 'cursor' })
  roads.isServerThere = false
  roads.newest.onLost()
  await settled()
  expect(roads.opened).toHaveLength(2) // it waits
  roads.ring()
  roads.isServerThere = true
  for (let road = 0; road < 3; road += 1) await roads.lose()
  expect(roads.roads.slice(2)).toEqual(['server-sent-events 3', 'long-polling 3', 'polling 3', 'websocket 3'])
})

test('a barred road leads to the next one, and to the best again after a while', async () => {
  const roads = new Roads()
  await roads.lose()
  await roads.lose()
  roads.newest.onOpen()
  roads.tell({ sequence: 3, kind: 'cursor' })
  expect(feedRoad.value).toBe('long-polling')
  roads.ring()
  expect(roads.roads).toEqual(['websocket now', 'server-sent-events now', 'long-polling now', 'websocket 3'])
  expect(roads.done).toContain('closed long-polling')
})
