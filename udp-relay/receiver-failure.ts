/** Why an address does not play: nobody answers, the one who does has no certificate that can be trusted, the server
 *  refuses, it answers what cannot be understood, or it offers nothing that can be received. */
export class ReceiverFailure extends Error {
  readonly code: 'unreachable' | 'untrusted' | 'refused' | 'bad-answer' | 'unplayable'
  readonly status: number | undefined // of RTSP, where the server refused

  constructor(
    code: ReceiverFailure['code'],
    message: string,
    options: ErrorOptions & { readonly status?: number } = {},
  ) {
    super(message, options)
    this.code = code
    this.status = options.status
  }
}
