/** One line of the server's log of level debug: which request came on which real connection. */
export type TracedRequest = { readonly connection: number; readonly method: string; readonly path: string }

/** In the order in which their answers ended. */
export function requestsOf(log: string): TracedRequest[] {
  const lines = log.split('\n').filter((line) => line.startsWith('{') && line.includes('"connection"'))
  return lines.map((line) => JSON.parse(line) as TracedRequest)
}
