import type { AnswerHeaders } from '../protocol/rtsp-response.ts'

/** What RTSP statuses we answer mean, RFC 2326 section 7.1.1. */
const reasons = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  406: 'Not Acceptable',
  415: 'Unsupported Media Type',
  451: 'Parameter Not Understood',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  457: 'Invalid Range',
  459: 'Aggregate Operation Not Allowed',
  460: 'Only Aggregate Operation Allowed',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'RTSP Version Not Supported',
  551: 'Option Not Supported',
} as const

export type RtspStatus = keyof typeof reasons

export function reasonOf(status: RtspStatus): string {
  return reasons[status]
}

/** A request that we refuse; thrown where it is found and answered in one place. `message` goes into the log; `reason`,
 *  where the status alone does not tell the viewer what to do, stands in the status line (RFC 2326 section 7.1.1). */
export class RtspRefusal extends Error {
  readonly status: RtspStatus
  readonly headers: AnswerHeaders
  readonly reason: string

  constructor(status: RtspStatus, message: string, headers: AnswerHeaders = {}, reason: string = reasonOf(status)) {
    super(message)
    this.reason = reason
    this.status = status
    this.headers = headers
  }
}
