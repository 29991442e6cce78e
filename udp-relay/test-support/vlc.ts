import type { TestContext } from 'vitest'
import { needs } from '../../lab/test-support/clients.ts'
import { runClient } from '../../lab/test-support/run-client.ts'

/** The path of a VLC that speaks RTSP; without one the test is skipped with the reason. */
export async function needsVlcRtsp(context: Pick<TestContext, 'skip'>): Promise<string> {
  const cvlc = needs(context, 'cvlc')
  const { stdout: modules } = await runClient(cvlc, ['--list'], { timeoutMs: 30_000 })
  if (!/live555/.test(modules)) context.skip('this VLC was built without live555, its RTSP client (so is Debian’s)')
  return cvlc
}
