import { asSentence, formatCount } from './format.ts'
import type { LaneTruth, LinkTruthFeed } from './link-truth.ts'

const laneWords = { hls: 'HLS', udp: 'UDP', both: 'Both' } as const

const columns: readonly {
  readonly label: string
  readonly title: string
  readonly isFault: boolean
  read(truth: LaneTruth): number | undefined
  show(value: number): string
}[] = [
  {
    label: 'Delivered',
    title: 'Packets that came through the downlink',
    isFault: false,
    read: ({ deliveredPackets }) => deliveredPackets,
    show: formatCount,
  },
  {
    label: 'Lost',
    title: 'Packets that the loss process took, or that were blocked',
    isFault: true,
    read: ({ lostPackets, blockedPackets }) => lostPackets + blockedPackets,
    show: formatCount,
  },
  {
    label: 'Tail-dropped',
    title: 'Packets that found the queue full',
    isFault: true,
    read: ({ tailDroppedPackets }) => tailDroppedPackets,
    show: formatCount,
  },
  {
    label: 'Queue, ms',
    title: 'How long the packets of the last second had waited before they were sent, on average',
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
        <caption class="visually-hidden">What the link did, told by the server</caption>
        <thead>
          <tr>
            <th scope="col" title="Counted by the server since link time 0: all viewers of this link together">
              Link
            </th>
            {columns.map(({ label, title }) => (
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
                {laneWords[name]}
              </th>
              {columns.map(({ label, isFault, read, show }) => {
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
