import { expect, test } from 'vitest'
import { captureProblem } from './capture-source.ts'

for (const { name, camera, screen } of [
  { name: 'NotAllowedError', camera: /^The camera was not allowed/, screen: /^Nothing was shared/ },
  { name: 'NotFoundError', camera: /^No camera was found/, screen: /^There is nothing to share/ },
  { name: 'OverconstrainedError', camera: /^No camera was found/, screen: /^There is nothing to share/ },
  { name: 'NotReadableError', camera: /in use by another program/, screen: /does not let the browser see/ },
  { name: 'InvalidStateError', camera: /gave no picture: so it is$/, screen: /gave no picture: so it is$/ },
]) {
  test(`captureProblem says what to do about ${name}`, () => {
    const error = new DOMException('so it is', name)
    expect(captureProblem('camera', error)).toMatch(camera)
    expect(captureProblem('screen', error)).toMatch(screen)
  })
}
