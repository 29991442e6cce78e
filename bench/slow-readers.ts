import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What this program is told, as JSON in its first argument. */
export type SlowReadersWish = {
  readonly port: number
  readonly paths: readonly string[] // taken in turn
  readonly readers: number
  readonly bitsPerSecond: number // of each
  readonly beginOverMs: number // they begin one after the other
}

/** What it prints. */
export type SlowReadersResult = {
  readonly wholeAnswers: number
  readonly seconds: { readonly fastest: number; readonly median: number; readonly slowest: number }
}

const TURN_MS = 50

const wish = JSON.parse(process.argv[2] ?? '') as SlowReadersWish
const reading = new Set<() => void>()
const turns = setInterval(() => reading.forEach((goOn) => goOn()), TURN_MS) // keeps the program alive while all pause

/** Reads one answer at the rate, no faster; gives the seconds from its request to its last byte. */
function read(path: string): Promise<number> {
  const { port, bitsPerSecond } = wish
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let receivedBytes = 0
    let expectedBytes = Infinity
    let startedMs = 0
    const dueBytes = (): number => ((performance.now() - startedMs) / 8000) * bitsPerSecond // ms and bits to bytes
    const goOn = (): void => {
      if (receivedBytes <= dueBytes()) socket.resume()
    }
    socket.on('connect', () => {
      startedMs = performance.now()
      reading.add(goOn)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    })
    socket.on('data', (bytes: Buffer) => {
      if (receivedBytes === 0) expectedBytes = answerBytes(bytes)
      receivedBytes += bytes.length
      if (receivedBytes >= expectedBytes) {
        resolve((performance.now() - startedMs) / 1000) // ms to s
        socket.destroy()
      } else if (receivedBytes > dueBytes()) socket.pause()
    })
    socket.on('error', reject)
    socket.on('close', () => {
      reading.delete(goOn)
      reject(new Error(`an answer ended after ${receivedBytes} of ${expectedBytes} bytes`))
    })
  })
}

function answerBytes(first: Buffer): number {
  const headBytes = first.indexOf('\r\n\r\n') + 4
  const head = first.toString('latin1', 0, headBytes)
  const bodyBytes = Number(/^content-length: (\d+)/im.exec(head)?.[1])
  if (!head.startsWith('HTTP/1.1 200') || !(bodyBytes > 0)) throw new Error(head)
  return headBytes + bodyBytes
}

const answers = Array.from({ length: wish.readers }, async (_, index) => {
  await sleep((index / wish.readers) * wish.beginOverMs)
  return read(wish.paths[index % wish.paths.length] ?? '/')
})
const seconds = (await Promise.all(answers)).sort((a, b) => a - b)
clearInterval(turns)
const at = (ratio: number): number => seconds[Math.floor(ratio * (seconds.length - 1))] ?? Number.NaN
const result: SlowReadersResult = {
  wholeAnswers: seconds.length,
  seconds: { fastest: at(0), median: at(0.5), slowest: at(1) },
}
console.log(JSON.stringify(result))
