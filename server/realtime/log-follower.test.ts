import { expect, test } from 'vitest'
import { EventLog } from '../event-log.ts'
import { LogFollower } from './log-follower.ts'

test('LogFollower hands on what is there, then what comes', () => {
  const log = new EventLog<string>(10)
  log.append('a')
  log.append('b')
  const told: string[] = []
  const follower = new LogFollower(log, 1, (text, sequence) => told.push(`${sequence}${text}`) > 0)
  log.append('c')
  follower.close()
  log.append('d')
  expect(told).toEqual(['2b', '3c'])
})

test('LogFollower waits while nobody takes more, and leaves out what is gone by then', () => {
  const log = new EventLog<string>(2)
  const told: number[] = []
  const follower = new LogFollower(log, 0, (_text, sequence) => {
    told.push(sequence)
    return false
  })
  for (const event of ['a', 'b', 'c', 'd', 'e']) log.append(event)
  follower.resume()
  follower.resume()
  follower.resume()
  expect(told).toEqual([1, 4, 5])
})
