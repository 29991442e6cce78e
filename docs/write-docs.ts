import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDocuments } from './documents.ts'

for (const [name, text] of Object.entries(makeDocuments())) writeFileSync(join(import.meta.dirname, name), text)
