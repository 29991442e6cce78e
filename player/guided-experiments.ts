import type { Scenario } from '../simulation/scenario.ts'
import { readGuidedPage, type GuidedPage } from './guided-page-file.ts'

/** A scenario with its explanation. */
export type GuidedExperiment = {
  readonly name: string // in the address
  readonly path: string // of the scenario, from the project's folder
  readonly scenario: Scenario
  readonly page: GuidedPage
}

/** What one reads after the other. */
export const GUIDED_ORDER = [
  'why-tcp-stalls',
  'bursts',
  'bbr',
  'jitter-buffer',
  'retransmission',
  'head-of-line',
  'control-server',
  'segment-length',
  'shrinking-line',
  'deep-queue',
] as const

export type GuidedName = (typeof GUIDED_ORDER)[number]

/** `scenarios` and `pages` by the paths of their files. Throws RangeError where one of the order is missing. */
export function guidedExperiments(
  scenarios: Readonly<Record<string, Scenario>>,
  pages: Readonly<Record<string, string>>,
): readonly GuidedExperiment[] {
  return GUIDED_ORDER.map((name) => ({
    name,
    path: `lab/guided/${name}.yaml`,
    scenario: fileNamed(scenarios, name),
    page: readGuidedPage(fileNamed(pages, name)),
  }))
}

function fileNamed<File>(files: Readonly<Record<string, File>>, name: string): File {
  const path = Object.keys(files).find((known) => known.endsWith(`/${name}.yaml`))
  const file = path === undefined ? undefined : files[path]
  if (file === undefined) throw new RangeError(`expected ${name}.yaml among ${Object.keys(files).join(', ')}`)
  return file
}
