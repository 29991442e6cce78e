import { useSignal } from '@preact/signals'
import type { RealtimeSession } from './realtime-session.ts'
import { sixWords as words } from './realtime-words.ts'
import { trySixConnections, type SixConnections } from './six-connections.ts'

/** What would happen without an origin for each way. */
export function SixConnectionsPart({ session }: { session: RealtimeSession }) {
  const state = useSignal<'idle' | 'trying' | 'failed'>('idle')
  const found = useSignal<SixConnections | undefined>(undefined)
  const run = async (): Promise<void> => {
    state.value = 'trying'
    try {
      found.value = await trySixConnections(session.originOf('server-sent-events'), session.originOf('chunked-fetch'))
      state.value = 'idle'
    } catch {
      state.value = 'failed' // the server has gone
    }
  }
  return (
    <section class="realtime-part" aria-labelledby="six-connections">
      <h2 id="six-connections">{words.title}</h2>
      <p>{words.note}</p>
      <div class="realtime-say">
        <button
          type="button"
          class="button"
          disabled={state.value === 'trying' || session.phase.value !== 'running'}
          onClick={() => void run()}
        >
          {words.begin}
        </button>
      </div>
      <p role="status">
        {state.value === 'trying' && words.trying}
        {state.value === 'failed' && words.failed}
        {state.value === 'idle' && found.value !== undefined && words.found(found.value)}
      </p>
    </section>
  )
}
