import { runClient } from '../../lab/test-support/run-client.ts'

const LIMIT = { timeoutMs: 40_000 }

/** The packets of each stream of a file or an address, as ffprobe counts them. Throws where it complains. */
export async function countPackets(
  ffprobe: string,
  input: string,
  options: readonly string[] = [],
): Promise<readonly number[]> {
  const shown = ['-count_packets', '-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0']
  const { status, stdout, stderr } = await runClient(ffprobe, ['-v', 'error', ...options, ...shown, input], LIMIT)
  if (status !== 0 || stderr !== '') throw new Error(`ffprobe ended with ${status}: ${stderr}`)
  return [...stdout.matchAll(/\d+/g)].map(([digits]) => Number(digits))
}
