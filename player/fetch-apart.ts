const UNAUTHORIZED = 401

/** As `fetch`, for what a page asks for while it plays. A connection carries either requests with credentials, as a player's
 *  are, or requests without (Fetch standard, section 2.6): so this one cannot hold the socket on which the next segment
 *  would go, which would then pay for another modelled handshake. Asks again with credentials where the server wants them. */
export async function fetchApart(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, { ...init, credentials: 'omit' })
  return response.status === UNAUTHORIZED ? fetch(path, init) : response
}
