import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { inLongRun } from './long-run.ts'

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** What axe-core calls serious or critical, a line a finding with the first element. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(async () => {
    const axe = Reflect.get(window, 'axe') as { run(options: object): Promise<AxeResults> }
    return axe.run({ resultTypes: ['violations'] })
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes[0]?.target.join(' ')} ${nodes[0]?.html} (${nodes[0]?.failureSummary})`,
    )
}

export type Look = { readonly width: number; readonly colorScheme: 'light' | 'dark' }

/** Both themes and both widths; each theme at each width in the long run. */
const allLooks: readonly Look[] = [
  { width: 1280, colorScheme: 'light' },
  { width: 400, colorScheme: 'dark' },
  ...(inLongRun
    ? ([
        { width: 1280, colorScheme: 'dark' },
        { width: 400, colorScheme: 'light' },
      ] as const)
    : []),
]

const nameOf = ({ width, colorScheme }: Look): string => `${width} ${colorScheme}`

/** In each look; the page stays as it is. */
export async function allFindings(page: Page, looks = allLooks): Promise<Record<string, string[]>> {
  await page.evaluate(await readFile(axeFile, 'utf8'))
  const found: Record<string, string[]> = {}
  for (const { width, colorScheme } of looks) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    found[nameOf({ width, colorScheme })] = await findings(page)
  }
  return found
}

export const noFindings: Readonly<Record<string, string[]>> = Object.fromEntries(
  allLooks.map((look) => [nameOf(look), []]),
)
