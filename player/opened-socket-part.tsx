import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { OpenedSocketEntry } from '../protocol/opened-socket.ts'
import { fieldOf } from './accept-steps.ts'
import { frameFields, opcodeName, readPayload } from './frame-bits.ts'
import { OpenedSocket } from './opened-socket.ts'
import { openedWords as words } from './realtime-words.ts'

const MOST_CHARACTERS = 100

/** The WebSocket laid open: handshake, frames bit by bit, closing. */
export function OpenedSocketPart() {
  const socket = useMemo(() => new OpenedSocket(), [])
  const text = useSignal<string>(words.textDefault)
  useEffect(() => () => socket.close(), [])
  const { value: state } = socket.state
  return (
    <section class="realtime-part" aria-labelledby="opened-socket" data-state={state}>
      <h2 id="opened-socket">{words.title}</h2>
      <p>{words.note}</p>
      <div class="realtime-say">
        <button type="button" class="button primary" onClick={() => socket.open()}>
          {state === 'none' ? words.open : words.openAnother}
        </button>
        <label>
          <span class="visually-hidden">{words.text}</span>
          <input
            type="text"
            maxLength={MOST_CHARACTERS}
            value={text.value}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        </label>
        <button type="button" class="button" disabled={state === 'none'} onClick={() => socket.sendText(text.value)}>
          {words.sendText}
        </button>
        <button type="button" class="button" disabled={state === 'none'} onClick={() => socket.sendBinary()}>
          {words.sendBinary}
        </button>
        <button type="button" class="button" disabled={state !== 'open'} onClick={() => socket.end(words.reason)}>
          {words.close}
        </button>
      </div>
      {socket.lateBytes.value !== undefined && <p role="status">{words.late(socket.lateBytes.value)}</p>}
      <Handshake socket={socket} />
      <Frames frames={socket.frames.value} />
    </section>
  )
}

function Handshake({ socket }: { socket: OpenedSocket }) {
  const { value: handshake } = socket.handshake
  const { value: steps } = socket.steps
  if (handshake === undefined) return null
  const accept = fieldOf(handshake.response, 'Sec-WebSocket-Accept')
  return (
    <div class="opened-handshake">
      <figure>
        <figcaption>{words.request}</figcaption>
        <pre tabIndex={0}>{handshake.request}</pre>
      </figure>
      <figure>
        <figcaption>{words.response}</figcaption>
        <pre tabIndex={0}>{handshake.response}</pre>
      </figure>
      {steps !== undefined && (
        <ol class="accept-steps">
          <li>
            {words.steps.key} <code>{steps.key}</code>
          </li>
          <li>
            {words.steps.joined} <code>{steps.joined}</code>
          </li>
          <li>
            {words.steps.sha1} <code>{steps.sha1Hex}</code>
          </li>
          <li>
            {words.steps.accept} <code>{steps.accept}</code>{' '}
            <strong>{steps.accept === accept ? words.steps.same : words.steps.other}</strong>
          </li>
        </ol>
      )}
    </div>
  )
}

function Frames({ frames }: { frames: readonly Extract<OpenedSocketEntry, { kind: 'frame' }>[] }) {
  if (frames.length === 0) return null
  return (
    <div class="opened-frames" tabIndex={0} role="group" aria-label={words.frames}>
      <table>
        <caption class="visually-hidden">{words.frames}</caption>
        <thead>
          <tr>
            <th scope="col">{words.columns.from}</th>
            <th scope="col">{words.columns.what}</th>
            <th scope="col">{words.columns.header}</th>
            <th scope="col">{words.columns.wire}</th>
            <th scope="col">{words.columns.says}</th>
          </tr>
        </thead>
        <tbody>
          {frames.map(({ from, header, headerHex, payloadHex }, index) => (
            <tr key={index} data-opcode={opcodeName(header)} data-from={from}>
              <th scope="row">{words.from[from]}</th>
              <td>{opcodeName(header)}</td>
              <td>
                <span class="frame-bits">
                  {frameFields(header, headerHex).map(({ name, bits }) => (
                    <span key={name}>
                      <small>{name}</small>
                      <code>{bits}</code>
                    </span>
                  ))}
                </span>
              </td>
              <td>
                <code>{payloadHex.slice(0, 32)}</code>
                {payloadHex.length > 32 && words.more}
              </td>
              <td>{readPayload(header, payloadHex)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
