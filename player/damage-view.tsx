import type { DamageStory, LostPacket } from '../stream/why-damage.ts'
import { formatBytes, formatCount } from './format.ts'
import { FrameStrip } from './frame-strip.tsx'
import { framesWord, placeOfFrame } from './why-lines.ts'
import { WhyStep } from './why-step.tsx'
import { whyWords } from './words.ts'

const SHOWN_PACKETS = 6

const { sentences } = whyWords

/** Packets → NAL units → frames → end. */
export function DamageView({ story }: { story: DamageStory }) {
  const { steps } = whyWords
  return (
    <ol class="why-steps">
      <WhyStep {...steps.packets}>
        <PacketTable packets={story.packets} />
      </WhyStep>
      <WhyStep {...steps.nals}>
        <p>{carriedSentence(story)}</p>
        <p class="why-note">{story.end.by === 'harmless' ? whyWords.headersOnly : whyWords.cutNal}</p>
      </WhyStep>
      <WhyStep {...steps.frames}>
        <p>{spreadSentence(story)}</p>
        <FrameStrip story={story} />
      </WhyStep>
      <WhyStep {...steps.end}>
        <p>{endSentence(story)}</p>
      </WhyStep>
    </ol>
  )
}

function PacketTable({ packets }: { packets: readonly LostPacket[] }) {
  const more = packets.length - SHOWN_PACKETS
  return (
    <>
      <table class="why-packets">
        <thead>
          <tr>
            <th scope="col">{whyWords.packetColumns.number}</th>
            <th scope="col">{whyWords.packetColumns.size}</th>
            <th scope="col">{whyWords.packetColumns.cause}</th>
          </tr>
        </thead>
        <tbody>
          {packets.slice(0, SHOWN_PACKETS).map(({ sequenceNumber, sizeBytes, cause }) => (
            <tr key={sequenceNumber}>
              <td>{formatCount(sequenceNumber)}</td>
              <td>{formatCount(sizeBytes)} B</td>
              <td>{whyWords.causes[cause]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p class="why-note">{sentences.morePackets(formatCount(more))}</p>}
    </>
  )
}

function carriedSentence({ packets, root }: DamageStory): string {
  const nals = packets.flatMap((packet) => packet.nals)
  const slices = new Map(nals.filter(({ kind }) => kind === 'slice').map((nal) => [nal.nalIndex, nal.nalBytes]))
  const lostBytes = nals.reduce((sum, { carriedBytes }) => sum + carriedBytes, 0)
  const frame = sentences.frame(formatCount(root.frameNumber), root.letter)
  if (slices.size === 0) return sentences.parameterSets(formatBytes(lostBytes), frame)
  const of = root.slices === 1 ? sentences.onlySlice : sentences.someSlices(slices.size, root.slices)
  const sliceBytes = [...slices.values()].reduce((sum, bytes) => sum + bytes, 0)
  return sentences.carried(formatCount(lostBytes), formatCount(sliceBytes), of, frame)
}

function spreadSentence({ root, affected, earlier }: DamageStory): string {
  const before = earlier === undefined ? '' : ` ${sentences.brokenSince(formatCount(earlier.frameNumber))}`
  if (affected.length === 0) return sentences.noSliceLost + before
  if (!root.isReference) return sentences.disposable(formatCount(root.frameNumber)) + before
  const frozen = affected.filter(({ state }) => state === 'frozen').length
  return sentences.spread(framesWord(affected.length), frozen === 0 ? undefined : formatCount(frozen)) + before
}

function endSentence({ end }: DamageStory): string {
  if (end.by !== 'idr') return whyWords.ends[end.by]
  return sentences.keyframe(formatCount(end.frameNumber), placeOfFrame(end))
}
