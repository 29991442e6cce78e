import { Router, type Request } from 'express'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeReportPage, type RunReport } from '../../stream/run-report.ts'
import { Refusal } from '../refusal.ts'
import type { Runs } from '../runs.ts'

export type RunReportParts = {
  readonly builtFolder: string
  readonly publicUrl: string | undefined
}

/** Nothing from anywhere: all is in the page, which itself says which script is its own. */
const SELF_CONTAINED = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"

/** The report of a run: as the page of that run, and as a file to keep. An unknown id is 404 `unknown-run`. */
export function runReportRoutes(runs: Runs, { builtFolder, publicUrl }: RunReportParts): Router {
  return Router().get(['/runs/:id', '/api/runs/:id/report.html'], async (request, response) => {
    const { id } = request.params as { readonly id: string }
    const report = await reportOf(runs, id, publicUrl ?? baseOf(request))
    const page = writeReportPage(await builtPage(builtFolder), report)
    response.setHeader('Content-Security-Policy', SELF_CONTAINED)
    response.setHeader('Content-Disposition', `inline; filename="weir-run-${id}.html"`)
    response.setHeader('Cache-Control', 'no-store')
    response.type('html').send(page)
  })
}

async function reportOf(runs: Runs, id: string, base: string): Promise<RunReport> {
  const run = runs.find(id)
  const head = await runs.head(id)
  const page = head.scenario['page']
  const quality = await runs.quality(id)
  const known = { run, head, ...(await runs.outcome(id)), ...(quality === undefined ? {} : { quality }) }
  if (typeof page !== 'string') return known
  const address = new URL(`/compare/${encodeURIComponent(run.video)}`, base)
  address.search = page
  return { ...known, address: address.href }
}

/** As the client itself reaches this server. */
function baseOf({ protocol, headers }: Request): string {
  return `${protocol}://${headers.host ?? 'localhost'}`
}

async function builtPage(builtFolder: string): Promise<string> {
  const path = join(builtFolder, 'report.html')
  return readFile(path, 'utf8').catch(() => {
    throw new Refusal('pages-not-built', `expected ${path}`)
  })
}
