import { expect, test } from 'vitest'
import { PictureQueue } from './picture-queue.ts'

function pictures(...timestamps: number[]) {
  const closed: number[] = []
  return { closed, list: timestamps.map((timestamp) => ({ timestamp, close: () => void closed.push(timestamp) })) }
}

test('PictureQueue gives nothing before the first picture is due', () => {
  const queue = new PictureQueue(8)
  pictures(100).list.forEach((picture) => queue.push(picture))
  expect(queue.takeDue(99)).toBeUndefined()
  expect(queue.takeDue(100)?.timestamp).toBe(100)
  expect(queue.takeDue(100)).toBeUndefined()
})

test('PictureQueue gives pictures in order of presentation when a decoder gives them in another', () => {
  const queue = new PictureQueue(8)
  pictures(0, 300, 100, 200).list.forEach((picture) => queue.push(picture))
  expect([0, 100, 200, 300].map((now) => queue.takeDue(now)?.timestamp)).toEqual([0, 100, 200, 300])
})

test('PictureQueue skips and closes what a newer due picture covers', () => {
  const { list, closed } = pictures(0, 100, 200, 300)
  const queue = new PictureQueue(8)
  list.forEach((picture) => queue.push(picture))
  expect(queue.takeDue(250)?.timestamp).toBe(200)
  expect(closed).toEqual([0, 100])
  expect(queue.skippedPictures).toBe(2)
})

test('PictureQueue closes the oldest picture beyond its bound, and all that is left when it is cleared', () => {
  const { list, closed } = pictures(0, 100, 200)
  const queue = new PictureQueue(2)
  list.forEach((picture) => queue.push(picture))
  expect(closed).toEqual([0])
  queue.clear()
  expect(closed).toEqual([0, 100, 200])
})
