import { asSentence, formatCount } from './format.ts'
import type { LaneTruth, LinkTruthFeed } from './link-truth.ts'
import { truthWords } from './words.ts'

const { columns: words } = truthWords

const columns: readonly {
  readonly words: readonly [label: string, title: string]
  readonly isFault: boolean
  read(truth: LaneTruth): number | undefined
  show(value: number): string
}[] = [
  {
    words: words.delivered,
    isFault: false,
    read: ({ deliveredPackets }) => deliveredPackets,
    show: formatCount,
  },
  {
    words: words.lost,
    isFault: true,
    read: ({ lostPackets, blockedPackets }) => lostPackets + blockedPackets,
    show: formatCount,
  },
  {
    words: words.tailDropped,
    isFault: true,
    read: ({ tailDroppedPackets }) => tailDroppedPackets,
    show: formatCount,
  },
  {
    words: words.queueing,
    isFault: false,
    read: ({ queueingDelayMs }) => queueingDelayMs,
    show: (value) => value.toFixed(value < 10 ? 1 : 0),
  },
]

/** The ground truth: what the server says that the downlink did, beside what the sides saw of it. */
export function LinkReadout({ link }: { link: LinkTruthFeed }) {
  const truth = link.truth.value
  if (truth === undefined) return <div class="truth" />
  return (
    <div class="truth">
      <table>
        <caption class="visually-hidden">{truthWords.caption}</caption>
        <thead>
          <tr>
            <th scope="col" title={truthWords.linkTitle}>
              {truthWords.link}
            </th>
            {columns.map(({ words: [label, title] }) => (
              <th key={label} scope="col" title={title}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {truth.lanes.map(({ name, truth: lane }) => (
            <tr key={name} class={name} data-lane={name}>
              <th scope="row">
                <i class={`mark ${name}`} aria-hidden="true" />
                {truthWords.lanes[name]}
              </th>
              {columns.map(({ words: [label], isFault, read, show }) => {
                const value = read(lane)
                return (
                  <td key={label} class={isFault && (value ?? 0) > 0 ? 'faulty' : undefined}>
                    {value === undefined ? '–' : show(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {truth.warning !== undefined && (
        <p class="truth-warning" role="status">
          {asSentence(truth.warning)}
        </p>
      )}
    </div>
  )
}
