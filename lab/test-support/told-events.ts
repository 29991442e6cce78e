import type { Page } from 'playwright-core'
import type { RunEvent } from '../../stream/record.ts'

/** Runs in the compare page before its own scripts: keeps what both sides and the link tell. */
export function keepTold(): void {
  const told: unknown[] = []
  Reflect.set(window, 'told', told)
  const begin = setInterval(() => {
    const weir = Reflect.get(window, 'weir') as { listen(listener: (events: unknown[]) => void): void } | undefined
    if (weir === undefined) return
    clearInterval(begin)
    weir.listen((events) => told.push(...events))
  }, 1)
}

export async function toldEvents(page: Page): Promise<readonly RunEvent[]> {
  return page.evaluate(() => Reflect.get(window, 'told') as RunEvent[])
}
