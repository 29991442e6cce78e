import { z } from 'zod'
import { Refusal } from '../refusal.ts'

const secondsExpected = 'must be a number of seconds'

export const videoName = z.string('must be a name of 1 to 100 characters').min(1).max(100)

/** What the address of each session may say. */
export const sessionFields = {
  variant: videoName.exactOptional(),
  link: videoName.exactOptional(),
  startSeconds: z
    .string()
    .regex(/^\d{1,9}(\.\d+)?$/, secondsExpected)
    .transform(Number)
    .exactOptional(),
}

/** What the address of a session asks for. Throws `bad-request` with everything that is wrong with it. */
export function readQuery<Wish>(url: string, schema: z.ZodType<Wish>): Wish {
  const query = Object.fromEntries(new URL(url, 'http://localhost').searchParams)
  const read = schema.safeParse(query)
  if (read.success) return read.data
  const problems = read.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(' '))
  throw new Refusal('bad-request', `in the query: ${problems.join('; ')}`)
}
