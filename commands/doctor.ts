import { examineMachine } from '../server/doctor.ts'
import { exitCodes } from './exit-codes.ts'

/** `weir doctor`. */
export async function runDoctor(): Promise<void> {
  const { lines, isUsable } = await examineMachine(process.env)
  console.log(lines.join('\n'))
  process.exit(isUsable ? exitCodes.done : exitCodes.somethingMissing) // a loaded addon may keep the process alive
}
