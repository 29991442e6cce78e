import type { Page } from 'playwright-core'
import { vi } from 'vitest'
import type { WayName } from '../../protocol/ways.ts'

/** What tests read of `window.weir`; player/README.md tells all of it. */
export type PageState = {
  readonly side: 'hls' | 'udp'
  readonly phase: string
  readonly positionSeconds: number
  readonly measures: Readonly<Record<string, number | undefined>>
  readonly bandwidthEstimateBitsPerSecond: number
  readonly segments: readonly {
    readonly path: string
    readonly sizeBytes: number
    readonly askedMs: number
    readonly loadedMs: number
  }[]
  readonly setup?: { readonly modelledMs: number; readonly transportMs: number }
}

/** What the UDP side tells besides. */
export type UdpState = PageState & {
  readonly session: string
  readonly way: WayName
  readonly startSeconds: number
  readonly tracks: readonly { readonly kind: string; readonly ssrc: number; readonly sequenceNumber: number }[]
  readonly lostSequenceNumbers: { readonly video: readonly number[]; readonly audio: readonly number[] }
}

export type Sides = { readonly hls: PageState; readonly udp: UdpState }

/** What a page tells that shows both sides. */
export type BothState = PageState & {
  readonly sides: Sides
  readonly aheadMs?: number // where HLS is before UDP, by the page's own word
}

export async function pageState(page: Page): Promise<PageState> {
  return page.evaluate(() => Reflect.get(window, 'weir') as PageState)
}

/** Waits until the page says so. */
export async function untilPage(page: Page, isSo: (now: PageState) => boolean, timeout = 30_000): Promise<PageState> {
  return vi.waitFor(
    async () => {
      const now = await pageState(page)
      if (now === undefined || !isSo(now)) throw new Error(`the page says ${JSON.stringify(now)}`)
      return now
    },
    { timeout, interval: 50 },
  )
}

/** Waits until both sides are there, and say so. */
export async function untilSides(page: Page, isSo: (now: Sides) => boolean, timeout?: number): Promise<Sides> {
  const now = await untilPage(
    page,
    (state) => {
      const { sides } = state as Partial<BothState>
      return sides !== undefined && isSo(sides)
    },
    timeout,
  )
  return (now as BothState).sides
}
