type Task<Result> = (signal: AbortSignal) => Promise<Result>

/** Runs tasks beside each other. The first that fails ends the others; its error is thrown when all have ended, so that
 *  nothing of them goes on. */
export async function allOrNone<Results extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  tasks: { readonly [Index in keyof Results]: Task<Results[Index]> },
): Promise<Results> {
  const failed = new AbortController()
  const joint = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const runs = (tasks as readonly Task<unknown>[]).map(async (task) => {
    try {
      return await task(joint)
    } catch (error) {
      failed.abort(error) // the first reason stays
      throw error
    }
  })
  await Promise.allSettled(runs)
  signal?.throwIfAborted()
  failed.signal.throwIfAborted()
  return (await Promise.all(runs)) as unknown as Results
}
