import { expect, test } from 'vitest'
import { chooseTransport, type OfferContext } from './transport-offer.ts'

const everything: OfferContext = { address: '10.0.0.7', mode: 'PLAY', allowsMulticast: true, allowsFeedback: true }
const udp = { kind: 'udp', clientPorts: [5000, 5001] }

test('chooseTransport takes RTP/AVPF where feedback is answered, keeps its name for the reply, and sends none of it to groups', () => {
  const offers = 'RTP/AVPF;multicast, RTP/AVPF;unicast;client_port=5000-5001, RTP/AVP;unicast;client_port=6000-6001'
  expect(chooseTransport(offers, everything)).toEqual({ ...udp, profile: 'AVPF' })
  expect(chooseTransport('RTP/AVPF/TCP;unicast;interleaved=2-3', everything)).toEqual({
    kind: 'interleaved',
    channels: [2, 3],
    profile: 'AVPF',
  })
  expect(chooseTransport('RTP/AVP;unicast;client_port=5000-5001', everything)).toEqual(udp)
})

test('chooseTransport passes over RTP/AVPF where nobody would answer the feedback', () => {
  const context = { ...everything, allowsFeedback: false }
  const both = 'RTP/AVPF;unicast;client_port=6000-6001, RTP/AVP;unicast;client_port=5000-5001'
  expect(chooseTransport(both, context)).toEqual(udp)
  expect(() => chooseTransport('RTP/AVPF;unicast;client_port=6000-6001', context)).toThrow('RTP/AVPF')
})
