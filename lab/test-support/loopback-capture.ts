import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** Payload bytes of TCP and UDP from and to each port of this machine. */
export type PortBytes = ReadonlyMap<number, { readonly from: number; readonly to: number }>

const HEAD_BYTES = 128 // of each packet: lengths are in the headers
const UDP_HEADER_BYTES = 8
const LAST_PACKETS_MS = 1000

/** Captures the loopback interface with tshark until it is ended. */
export async function captureLoopback(folder: string): Promise<{ end(): Promise<PortBytes> }> {
  const file = join(folder, 'loopback.pcapng')
  const child = spawn('tshark', ['-i', 'lo', '-s', String(HEAD_BYTES), '-w', file, '-q'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`tshark ended: ${said}`)))
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      if (said.includes('Capturing on')) resolve()
    })
  })
  return {
    async end() {
      await new Promise((resolve) => setTimeout(resolve, LAST_PACKETS_MS))
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
      return bytesByPort(file)
    },
  }
}

function bytesByPort(file: string): PortBytes {
  const fields = ['tcp.srcport', 'tcp.dstport', 'tcp.len', 'udp.srcport', 'udp.dstport', 'udp.length']
  const { stdout } = spawnSync('tshark', ['-r', file, '-T', 'fields', ...fields.flatMap((name) => ['-e', name])], {
    encoding: 'utf8',
    maxBuffer: 500_000_000,
  })
  const ports = new Map<number, { from: number; to: number }>()
  const of = (port: string) => {
    const found = ports.get(Number(port)) ?? { from: 0, to: 0 }
    ports.set(Number(port), found)
    return found
  }
  for (const line of stdout.split('\n')) {
    const [tcpFrom = '', tcpTo = '', tcpBytes, udpFrom = '', udpTo = '', udpBytes] = line.split('\t')
    const [from, to] = tcpFrom === '' ? [udpFrom, udpTo] : [tcpFrom, tcpTo]
    const bytes = tcpFrom === '' ? Number(udpBytes) - UDP_HEADER_BYTES : Number(tcpBytes)
    if (!(bytes > 0)) continue
    of(from).from += bytes
    of(to).to += bytes
  }
  return ports
}
