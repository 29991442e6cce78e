import { TooBusy } from '../lab/plan-measure.ts'
import { BadSource } from '../lab/bad-source.ts'
import { BadPackage } from '../lab/package-outlines.ts'
import { LinkRefused } from '../lab/weir-links.ts'
import { LabMissing } from '../lab/validate-lab.ts'
import { SegmenterRefusal } from '../segmenter/segmenter-refusal.ts'
import { ToolMissing } from '../segmenter/tools.ts'
import { ConfigProblems } from '../server/config.ts'
import { MediaInUse } from '../server/media-lock.ts'
import { Refusal } from '../server/refusal.ts'
import { ReceiverFailure } from '../udp-relay/receiver-failure.ts'
import { UnplayableSide } from '../simulation/experiment.ts'
import { exitCodes } from './exit-codes.ts'

/** What went wrong, in words on stderr, and the exit code. Only our own mistakes show where they happened. */
export function reportFailure(error: unknown): number {
  const { code, address, port } = error as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number }
  if (error instanceof ConfigProblems) return complain(error.problems, exitCodes.badArguments)
  if (error instanceof ToolMissing) return complain([error.message, 'see weir doctor'], exitCodes.somethingMissing)
  if (error instanceof LabMissing) return complain([`missing: ${error.message}`], exitCodes.somethingMissing)
  if (error instanceof TooBusy) return complain([error.message], exitCodes.finding)
  if (error instanceof ReceiverFailure || error instanceof LinkRefused)
    return complain([error.message], exitCodes.finding)
  const isOfScenario = error instanceof BadPackage || error instanceof BadSource || error instanceof UnplayableSide
  const isRefusal =
    isOfScenario || error instanceof Refusal || error instanceof SegmenterRefusal || error instanceof MediaInUse
  if (isRefusal) return complain([(error as Error).message], exitCodes.badArguments)
  if (code === 'EADDRINUSE' && port !== undefined) {
    const advice = 'choose another, or 0 for any free one (weir serve --help)'
    return complain([`port ${port} of ${address} is taken by another program: ${advice}`], exitCodes.badArguments)
  }
  if (code === 'EADDRINUSE' || code === 'EACCES' || code === 'ENOENT')
    return complain([(error as Error).message], exitCodes.badArguments)
  console.error(error)
  return exitCodes.finding
}

function complain(lines: readonly string[], exitCode: number): number {
  for (const line of lines) console.error(`weir: ${line}`)
  return exitCode
}
