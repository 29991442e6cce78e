import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { root } from './places.mjs'

/** What a person or a service manager sends to this process is meant for the program that it runs. */
const PASSED_ON = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/** A step of the set-up that did not succeed; the program has said why. */
export class StepFailed extends Error {
  /** @param {string} file @param {number} status @param {ErrorOptions} [options] */
  constructor(file, status, options) {
    super(`${file} ended with ${status}`, options)
    this.status = status
  }
}

/** Runs a program to its end with this terminal; gives its exit code, 128 + n after signal n.
 *  @param {string} file @param {string[]} args @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean }} options
 *  @returns {Promise<number>} */
export function exitCodeOf(file, args, { env = {}, quiet = false } = {}) {
  // A quiet program's stdout is kept from the terminal; what it complains about is not.
  const stdio = /** @type {const} */ (['inherit', quiet ? 'ignore' : 'inherit', 'inherit'])
  const child = spawn(file, args, { stdio: [...stdio], cwd: root, env: { ...process.env, ...env } })
  const passOn = PASSED_ON.map((signal) => /** @type {const} */ ([signal, () => void child.kill(signal)]))
  passOn.forEach(([signal, listener]) => process.on(signal, listener))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      passOn.forEach(([signal, listener]) => process.off(signal, listener))
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL'])
    })
  })
}

/** As `exitCodeOf`, for a step without which nothing can go on.
 *  @param {string} file @param {string[]} args @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean }} [options] */
export async function run(file, args, options) {
  const status = await exitCodeOf(file, args, options)
  if (status !== 0) throw new StepFailed(file, status)
}
