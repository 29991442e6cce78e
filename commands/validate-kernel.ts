import { planOf, validateKernel } from '../lab/validate-kernel.ts'
import { cellLine, conclusion, introduction } from '../lab/validate-text.ts'
import { exitCodes } from './exit-codes.ts'
import { CLEAR_LINE, withBar } from './terminal.ts'

type KernelFlags = Parameters<typeof planOf>[0] & { readonly json?: boolean }

/** `weir lab validate kernel`: a line a cell as it is measured. */
export async function runValidateKernel({ json = false, ...asked }: KernelFlags): Promise<void> {
  const plan = planOf(asked)
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort())
  const tell = (text: string): void => {
    if (json) return
    if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE) // of the bar, which comes back below
    console.log(text)
  }
  const validation = await withBar('kernel', (onProgress) =>
    validateKernel(plan, {
      signal: stop.signal,
      onProgress,
      onReady: () => tell(introduction(plan)),
      onCell: (cell) => tell(cellLine(cell)),
    }),
  ).catch((error: unknown) => {
    if (stop.signal.aborted) process.exit(exitCodes.interrupted)
    throw error
  })
  console.log(json ? JSON.stringify(validation, undefined, 2) : conclusion(validation))
  process.exitCode = validation.holds ? exitCodes.done : exitCodes.finding
}
