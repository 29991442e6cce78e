import { useEffect, useMemo } from 'preact/hooks'
import type { Video } from '../protocol/weir-api.ts'
import { Charts } from './charts.tsx'
import { frameIntervalMs } from './frame-interval.ts'
import { videosById } from './library-store.ts'
import type { Viewing } from './viewing.ts'
import { WhyPanel } from './why-panel.tsx'
import { WhyStore } from './why-store.ts'

/** What both sides and the link do over time, and why it looks like that: what is chosen in the charts is explained. */
export function Reasons({ viewing, video }: { viewing: Viewing; video: Video }) {
  const why = useMemo(() => newWhyStore(viewing, video), [])
  useEffect(() => () => why.close(), [])
  return (
    <>
      <Charts
        log={viewing.log}
        frameIntervalMs={frameIntervalMs(video)}
        onFrame={({ ptsTicks }) => ptsTicks !== undefined && why.explainFrame(ptsTicks)}
        onLossMark={(packet) => why.explainPacket(packet)}
        onStall={({ fromMs, toMs }) => why.explainStall((fromMs + toMs) / 2)}
      />
      <WhyPanel store={why} />
    </>
  )
}

function newWhyStore(viewing: Viewing, video: Video): WhyStore {
  return new WhyStore({
    log: viewing.log,
    packageFolder: viewing.packageFolder,
    jitterBufferMs: viewing.settings.peek().jitterBufferMs,
    frameIntervalMs: frameIntervalMs(video),
    bitrateOf: (name) =>
      videosById
        .peek()
        ?.get(viewing.videoId)
        ?.variants.find((known) => known.name === name)?.bandwidthBitsPerSecond,
  })
}
