import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { LinkViewers, ServerCost } from '../protocol/weir-api.ts'
import { requestJsonApart } from './api.ts'
import { formatBytes, formatCount } from './format.ts'
import { seenPlayers, type SeenPlayer } from './seen-players.ts'
import { seenWords, sideWords } from './words.ts'

const POLL_MS = 2000

function PlayerRow({ player }: { player: SeenPlayer }) {
  const { protocol, name, got, says } = player
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{protocol === 'hls' ? sideWords.hls : seenWords.rtsp}</td>
      <td>
        {'packets' in got
          ? seenWords.packets(formatCount(got.packets))
          : seenWords.requests(formatCount(got.requests), formatBytes(got.bytes))}
      </td>
      <td>
        {says.length === 0
          ? '–'
          : says.map(({ word, value }) => (
              <span key={word} class="seen-word">
                {word} {value}
              </span>
            ))}
      </td>
    </tr>
  )
}

function Cost({ cost }: { cost: ServerCost }) {
  const { cpuRatio, residentBytes, viewers, estimatedCpuRatioPerViewer, socketsPerViewer } = cost
  const percent = (ratio: number) => (ratio * 100).toFixed(1)
  return (
    <p class="address-note" title={seenWords.costTitle}>
      {seenWords.cost(percent(cpuRatio), formatBytes(residentBytes), viewers)}{' '}
      {estimatedCpuRatioPerViewer !== undefined && seenWords.perViewer(percent(estimatedCpuRatioPerViewer))}{' '}
      {seenWords.sockets(socketsPerViewer)}
    </p>
  )
}

/** Who else plays through this link, as the server sees them, and what serving costs; asked for while it is unfolded. */
export function SeenViewers({ linkId }: { linkId: string }) {
  const viewers = useSignal<LinkViewers | undefined>(undefined)
  useEffect(() => {
    const ask = () =>
      requestJsonApart<LinkViewers>('GET', `/api/links/${encodeURIComponent(linkId)}/viewers`).then(
        (told) => (viewers.value = told),
        () => undefined, // asked again soon
      )
    void ask()
    const timer = setInterval(() => !document.hidden && void ask(), POLL_MS)
    return () => clearInterval(timer)
  }, [linkId])
  if (viewers.value === undefined) return null
  const players = seenPlayers(viewers.value)
  return (
    <section class="seen" aria-label={seenWords.title}>
      <h3>{seenWords.title}</h3>
      {players.length === 0 ? (
        <p class="address-note">{seenWords.nobody}</p>
      ) : (
        <div class="seen-scroll" tabIndex={0} role="group" aria-label={seenWords.title}>
          <table>
            <thead>
              <tr>
                {seenWords.columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {players.map((player) => (
                <PlayerRow key={player.key} player={player} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {viewers.value.cost !== undefined && <Cost cost={viewers.value.cost} />}
    </section>
  )
}
