const GATHERING_MS = 2000

/** All candidates are in the offer: there is no second message for later ones. A slow one is not waited for. */
export async function gathered(connection: RTCPeerConnection): Promise<void> {
  const complete = new Promise<void>((resolve) => {
    const look = () => connection.iceGatheringState === 'complete' && resolve()
    connection.addEventListener('icegatheringstatechange', look)
    look()
  })
  await within(GATHERING_MS, complete).catch(() => undefined)
}

export function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing within ${timeoutMs} ms`)), timeoutMs)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
