import type { StallStory } from '../stream/why-stall.ts'
import { formatBytes, formatMegabits } from './format.ts'
import { Waterfall } from './waterfall.tsx'
import { segmentName } from './why-lines.ts'
import { WhyStep } from './why-step.tsx'
import { whyWords } from './words.ts'

/** The reason, the segment waited for, its download, what befell it. */
export function StallView({ story }: { story: StallStory }) {
  return (
    <ol class="why-steps">
      <WhyStep title={whyWords.stallSteps.reason} source={story.reason.source}>
        <p class="why-reason">{story.reason.sentence}</p>
      </WhyStep>
      <WhyStep {...whyWords.stallSteps.waitedFor}>
        <Moments story={story} />
      </WhyStep>
      <WhyStep {...whyWords.stallSteps.download}>
        <Waterfall story={story} />
        <Figures story={story} />
      </WhyStep>
    </ol>
  )
}

/** In words what the waterfall draws: readable without it. */
function Moments({ story }: { story: StallStory }) {
  const { moments } = whyWords
  const { waitedFor, requestArrivedMs } = story
  if (waitedFor === undefined) return <p>{whyWords.nothingAsked}</p>
  const { askedMs, firstByteMs, endedMs, sizeBytes, bufferSeconds } = waitedFor
  const size = sizeBytes === undefined ? undefined : formatBytes(sizeBytes)
  return (
    <>
      <p>{whyWords.askedFor(segmentName(waitedFor), size, bufferSeconds?.toFixed(1))}</p>
      <ul class="why-moments">
        {[
          [moments.request, requestArrivedMs],
          [moments.firstByte, firstByteMs],
          [moments.lastByte, endedMs],
        ].map(([name, atMs]) => (
          <li key={name}>
            <b>{typeof atMs === 'number' ? after(atMs - askedMs) : moments.pending}</b> {name}
          </li>
        ))}
      </ul>
    </>
  )
}

function Figures({ story }: { story: StallStory }) {
  const { gotBitsPerSecond, neededBitsPerSecond, lineBitsPerSecond, roundTripMs, queueingDelayMs } = story
  const { figures } = whyWords
  const rows: readonly (readonly [name: string, value: string | undefined])[] = [
    [figures.got, megabits(gotBitsPerSecond)],
    [figures.needed, megabits(neededBitsPerSecond)],
    [figures.line, megabits(lineBitsPerSecond)],
    [figures.window, megabits(story.windowBitsPerSecond)],
    [figures.roundTrip, milliseconds(roundTripMs)],
    [figures.queueing, milliseconds(queueingDelayMs)],
    [figures.lost, String(story.lostPackets)],
    [figures.dropped, String(story.tailDroppedPackets)],
    [figures.repeated, String(story.retransmittedSegments)],
    [figures.timeouts, String(story.timeouts)],
  ]
  return (
    <dl class="why-figures">
      {rows.map(([name, value]) =>
        value === undefined ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

function megabits(bitsPerSecond: number | undefined): string | undefined {
  return bitsPerSecond === undefined ? undefined : `${formatMegabits(bitsPerSecond)} Mbit/s`
}

function milliseconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
}

function after(ms: number): string {
  return ms < 1000 ? `+${Math.round(ms)} ms` : `+${(ms / 1000).toFixed(1)} s` // ms to s
}
