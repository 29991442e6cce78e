import type { IncomingMessage, ServerResponse } from 'node:http'

export type LabelledCount = { readonly labels: Readonly<Record<string, string>>; readonly count: number }

export type Area = 'hls' | 'link' | 'api' | 'page'
type Tally<Key> = Map<Key, number>

/** Requests by the part of the server that answers. Thousands come in a second: they are counted here, and become a
 *  metric's samples when somebody asks. */
export class RequestCounts {
  readonly #came: Record<Area, Tally<string>> = { hls: new Map(), link: new Map(), api: new Map(), page: new Map() }
  readonly #ended: Record<Area, Tally<number>> = { hls: new Map(), link: new Map(), api: new Map(), page: new Map() }

  /** Gives where it belongs, which is to be told with its end. */
  noteCame({ url = '/', method = 'GET' }: Pick<IncomingMessage, 'url' | 'method'>): Area {
    const area = areaOf(url)
    count(this.#came[area], method)
    return area
  }

  noteEnded(area: Area, { statusCode }: Pick<ServerResponse, 'statusCode'>): void {
    count(this.#ended[area], statusCode)
  }

  came(): LabelledCount[] {
    return samplesOf(this.#came, 'method')
  }

  ended(): LabelledCount[] {
    return samplesOf(this.#ended, 'status')
  }
}

function count<Key>(tally: Tally<Key>, key: Key): void {
  tally.set(key, (tally.get(key) ?? 0) + 1)
}

function samplesOf(tallies: Record<Area, Tally<string | number>>, label: 'method' | 'status'): LabelledCount[] {
  return Object.entries(tallies).flatMap(([area, tally]) =>
    [...tally].map(([key, count]) => ({ labels: { area, [label]: String(key) }, count })),
  )
}

function areaOf(url: string): Area {
  if (url.startsWith('/hls/')) return 'hls'
  if (url.startsWith('/link/')) return 'link'
  return url.startsWith('/api/') ? 'api' : 'page'
}
