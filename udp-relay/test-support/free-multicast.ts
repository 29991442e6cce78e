import type { MulticastOptions } from '../multicast-groups.ts'
import { findFreePair } from '../udp-sockets.ts'

/** Groups that stay on this machine, on ports that nobody uses. */
export async function freeMulticast(): Promise<MulticastOptions> {
  let port = await findFreePair('127.0.0.1')
  while (port > 65_000) port = await findFreePair('127.0.0.1')
  return { groups: '239.255.42.0/24', port, ttl: 0, interface: '127.0.0.1' }
}
