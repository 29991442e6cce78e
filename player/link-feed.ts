import type { RunEvent } from '../stream/record.ts'
import type { RunLog } from './run-log.ts'
import { ServerSocket } from './server-socket.ts'

/** What the link tells, as it happens, into the page's log: ten messages a second at most. */
export class LinkFeed {
  readonly #socket: ServerSocket

  constructor(linkId: string, log: RunLog) {
    const path = `/api/links/${encodeURIComponent(linkId)}/record/ws`
    this.#socket = new ServerSocket(path, (lines) => log.tell(eventsOf(lines)))
  }

  open(): void {
    this.#socket.open()
  }

  close(): void {
    this.#socket.close()
  }

  /** What the link tells at the beginning of every connection, where its clock and its rate stand, it tells again. */
  reopen(): void {
    this.close()
    this.open()
  }
}

/** Lines of a record: the head, which tells nothing that a page does not know, and events. */
function eventsOf(lines: string): readonly RunEvent[] {
  return lines.split('\n').flatMap((line) => {
    if (line === '' || line.startsWith('{"format"')) return []
    return [JSON.parse(line) as RunEvent]
  })
}
