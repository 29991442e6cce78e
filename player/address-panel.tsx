import { useSignal } from '@preact/signals'
import { AddressRow } from './address-row.tsx'
import { isOnlyHere, type Addresses, type Protocol } from './external-players.ts'
import { QrCode } from './qr-code.tsx'
import { addressWords } from './words.ts'

const protocols: readonly Protocol[] = ['hls', 'rtsp']

/** The addresses of a video, each with a QR code; of one that no other machine reaches, what to start instead. `name` tells
 *  the radios of one panel from those of another on the page. */
export function AddressPanel({ addresses, name }: { addresses: Addresses; name: string }) {
  const chosen = useSignal<Protocol>('hls')
  const shown = addresses[chosen.value]
  return (
    <div class="address-panel">
      <dl>
        {protocols.map((protocol) => {
          const address = addresses[protocol]
          return address && <AddressRow key={protocol} label={addressWords[protocol]} text={address} />
        })}
      </dl>
      <fieldset class="qr-choice">
        <legend>{addressWords.qr}</legend>
        {protocols.map((protocol) => (
          <label key={protocol}>
            <input
              type="radio"
              name={`qr-${name}`}
              disabled={addresses[protocol] === undefined}
              checked={chosen.value === protocol}
              onChange={() => (chosen.value = protocol)}
            />
            {addressWords[protocol]}
          </label>
        ))}
      </fieldset>
      {shown !== undefined && <QrCode text={shown} label={addressWords[chosen.value]} />}
      {shown !== undefined && isOnlyHere(shown) && (
        <p class="address-note">
          {addressWords.onlyHere} <code>{addressWords.forOthers[0]}</code> {addressWords.and}{' '}
          <code>{addressWords.forOthers[1]}</code>.
        </p>
      )}
    </div>
  )
}
