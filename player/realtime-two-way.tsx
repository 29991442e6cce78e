import { useSignal } from '@preact/signals'
import { realtimeWays } from '../protocol/realtime-api.ts'
import type { RealtimeSession } from './realtime-session.ts'
import { realtimeWords as words, wayWords } from './realtime-words.ts'

const MOST_CHARACTERS = 100

/** A message that goes up and comes down by each way. */
export function RealtimeTwoWay({ session }: { session: RealtimeSession }) {
  const text = useSignal<string>(words.messageDefault)
  const said = session.messages.said.value
  return (
    <section class="realtime-part" aria-labelledby="realtime-two-way">
      <h2 id="realtime-two-way">{words.messages}</h2>
      <p>{words.messagesNote}</p>
      <form
        class="realtime-say"
        onSubmit={(event) => {
          event.preventDefault()
          session.say(text.value)
        }}
      >
        <label>
          <span class="visually-hidden">{words.messageLabel}</span>
          <input
            type="text"
            maxLength={MOST_CHARACTERS}
            value={text.value}
            onInput={(event) => (text.value = event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button primary">
          {words.send}
        </button>
      </form>
      {said.size > 0 && (
        <table class="realtime-messages">
          <caption class="visually-hidden">{words.messages}</caption>
          <thead>
            <tr>
              <th scope="col">{words.columns.way}</th>
              <th scope="col">{words.up}</th>
              <th scope="col">{words.down}</th>
            </tr>
          </thead>
          <tbody>
            {realtimeWays.map((way) => (
              <tr key={way} data-way={way}>
                <th scope="row">{wayWords[way].name}</th>
                <td>{said.get(way)?.upMs?.toFixed(1) ?? words.none}</td>
                <td>{said.get(way)?.downMs?.toFixed(1) ?? words.none}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
