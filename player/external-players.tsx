import { useSignal } from '@preact/signals'
import type { Video } from '../protocol/weir-api.ts'
import { AddressPanel } from './address-panel.tsx'
import { AddressRow } from './address-row.tsx'
import { externalAddresses, playerCommands, type Addresses, type Protocol } from './external-players.ts'
import { SeenViewers } from './seen-viewers.tsx'
import { addressWords } from './words.ts'

function Commands({ protocol, address }: { protocol: Protocol; address: string }) {
  return (
    <div class="player-commands">
      <h3>{addressWords.commands[protocol]}</h3>
      <dl>
        {playerCommands(protocol, address).map(({ player, command }) => (
          <AddressRow key={player} label={player} text={command} />
        ))}
      </dl>
    </div>
  )
}

function Unfolded({ addresses, linkId }: { addresses: Addresses; linkId: string }) {
  return (
    <div class="external-players">
      <p class="address-note">{addressWords.why}</p>
      <div class="external-columns">
        <AddressPanel addresses={addresses} name={`link-${linkId}`} />
        <div>
          {addresses.hls !== undefined && <Commands protocol="hls" address={addresses.hls} />}
          {addresses.rtsp !== undefined && <Commands protocol="rtsp" address={addresses.rtsp} />}
        </div>
      </div>
      <SeenViewers linkId={linkId} />
    </div>
  )
}

/** How any other player becomes one of the two sides: the video's addresses behind this link. Nothing is loaded before it is
 *  unfolded. */
export function ExternalPlayers({
  video,
  linkId,
  variant,
}: {
  video: Video
  linkId: string
  variant: string | undefined
}) {
  const isOpen = useSignal(false)
  const ofVariant = variant === undefined ? {} : { variant }
  const addresses = externalAddresses({ urls: video.urls, page: location.href, link: linkId, ...ofVariant })
  return (
    <details class="fold more external" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{addressWords.title}</summary>
      {isOpen.value && <Unfolded addresses={addresses} linkId={linkId} />}
    </details>
  )
}
