import { pauseExchange, playExchange, setUpExchanges, type ExchangedPresentation } from '../protocol/rtsp-exchange.ts'
import type { OpenPresentation } from '../udp-relay/presentation-source.ts'
import type { ViewerLane } from './viewer-lane.ts'
import { ModelledConversation, type Reached } from './modelled-conversation.ts'

export type SetupChargeOptions = {
  readonly carriesMedia?: boolean // the media go in the connection of the set-up
  readonly onConnected?: () => void // it stands
}

/** What a page's session pays for not speaking RTSP: the same messages over the same line, before what they ask for is
 *  done. The first play sets up, and so does the first one of another variant or after a restart of the link; the others
 *  cost one request on the kept connection. Without a link nothing is charged. */
export class SetupCharge {
  readonly #link: ViewerLane | undefined
  readonly #videoId: string
  readonly #options: SetupChargeOptions
  #conversation: ModelledConversation | undefined
  #isClosed = false
  #setUpKey: string | undefined // of the presentation that the conversation has set up

  constructor(link: ViewerLane | undefined, videoId: string, options: SetupChargeOptions = {}) {
    this.#link = link
    this.#videoId = videoId
    this.#options = options
  }

  /** The connection that the newest play has set up. */
  get conversation(): ModelledConversation | undefined {
    return this.#conversation
  }

  /** Resolves when the PLAY is at the server; at once, and with nothing, without a link. Rejects when it is closed. */
  async play(presentation: OpenPresentation): Promise<Reached | undefined> {
    if (this.#isClosed) throw new Error('the session was closed')
    const conversation = this.#currentConversation()
    if (conversation === undefined) return undefined
    const facts = this.#factsOf(presentation)
    const isSetUp = this.#setUpKey === presentation.packageKey
    this.#setUpKey = presentation.packageKey
    return conversation.ask([...(isSetUp ? [] : setUpExchanges(facts)), playExchange(facts)])
  }

  /** Resolves when the PAUSE is at the server. */
  async pause(presentation: OpenPresentation): Promise<void> {
    await this.#conversation?.ask([pauseExchange(this.#factsOf(presentation))])
  }

  close(): void {
    this.#isClosed = true
    this.#conversation?.close()
    this.#conversation = undefined
  }

  #currentConversation(): ModelledConversation | undefined {
    if (this.#link === undefined || this.#conversation?.isCurrent()) return this.#conversation
    this.#conversation?.close()
    this.#setUpKey = undefined
    const { carriesMedia, onConnected } = this.#options
    this.#conversation = new ModelledConversation(this.#link, carriesMedia, onConnected)
    return this.#conversation
  }

  #factsOf({ variant, title, outline }: OpenPresentation): ExchangedPresentation {
    return { videoId: this.#videoId, variant, title, outline: outline() }
  }
}
