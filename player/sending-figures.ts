import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** What a peer sends of its pictures. */
export type SendingFigures = {
  readonly widthPixels: number
  readonly heightPixels: number
  readonly framesPerSecond: number
  readonly bitsPerSecond: number
}

type Outbound = Pick<RTCOutboundRtpStreamStats, 'kind' | 'frameWidth' | 'frameHeight' | 'framesPerSecond' | 'bytesSent'>

const EVERY_MS = 1000

/** Once a second; undefined before there are any. */
export function useSendingFigures(peer: RTCPeerConnection): SendingFigures | undefined {
  const figures = useSignal<SendingFigures | undefined>(undefined)
  useEffect(() => {
    let sentBytes: number | undefined
    const timer = setInterval(() => {
      void readOutbound(peer).then((outbound) => {
        if (outbound?.frameWidth === undefined) return
        const bytes = outbound.bytesSent ?? 0
        const bitsPerSecond = sentBytes === undefined ? 0 : ((bytes - sentBytes) * 8 * 1000) / EVERY_MS
        sentBytes = bytes
        figures.value = {
          widthPixels: outbound.frameWidth,
          heightPixels: outbound.frameHeight ?? 0,
          framesPerSecond: Math.round(outbound.framesPerSecond ?? 0),
          bitsPerSecond,
        }
      })
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [peer])
  return figures.value
}

async function readOutbound(peer: RTCPeerConnection): Promise<Outbound | undefined> {
  const stats = [...((await peer.getStats()) as unknown as Map<string, RTCStats & Outbound>).values()]
  return stats.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video')
}
