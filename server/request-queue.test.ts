import { expect, test } from 'vitest'
import { RequestQueue } from './request-queue.ts'

test('RequestQueue gives requests in their order, each when its last byte has come', () => {
  const queue = new RequestQueue<string>()
  queue.leave('a', 100)
  queue.leave('b', 50)
  queue.leave('c', 10)
  queue.arrive(99)
  expect(queue.take()).toBeUndefined()
  queue.arrive(52) // one packet may end a request and begin the next two
  expect([queue.take(), queue.take(), queue.take()]).toEqual(['a', 'b', undefined])
  expect([queue.isEmpty, queue.all()]).toEqual([false, ['c']])
  queue.arrive(9)
  expect([queue.take(), queue.isEmpty]).toEqual(['c', true])
})
