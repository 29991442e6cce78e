import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The files of a copy of a package; each change throws where it changes nothing. */
export class PackageFiles {
  readonly #folder: string
  constructor(copy: string) {
    this.#folder = copy
  }

  text(name: string, from: string | RegExp, to: string): void {
    this.edit(name, (text) => text.replace(from, to))
  }

  edit(name: string, change: (text: string) => string): void {
    const before = readFileSync(join(this.#folder, name), 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`nothing has changed in ${name}:\n${before}`)
    writeFileSync(join(this.#folder, name), after)
  }

  bytes(name: string, change: (bytes: Buffer) => Uint8Array): void {
    const before = readFileSync(join(this.#folder, name))
    const after = change(before)
    if (before.equals(after)) throw new Error(`nothing has changed in ${name}`)
    writeFileSync(join(this.#folder, name), after)
  }

  each(variant: string, change: (bytes: Buffer) => Uint8Array): void {
    const names = readdirSync(join(this.#folder, variant)).filter((name) => name.endsWith('.ts'))
    for (const name of names) this.bytes(`${variant}/${name}`, change)
  }

  remove(name: string): void {
    rmSync(join(this.#folder, name))
  }

  swap(a: string, b: string): void {
    const [first, second] = [a, b].map((name) => readFileSync(join(this.#folder, name))) as [Buffer, Buffer]
    writeFileSync(join(this.#folder, a), second)
    writeFileSync(join(this.#folder, b), first)
  }
}

/** What is done to a package, the rule that names it, and how. */
export type PlantedFault = readonly [what: string, rule: string, edit: (files: PackageFiles) => void]
