import { join } from 'node:path'
import { projectFolder } from '../server/project-folder.ts'

/** Where the examples are, in the sources as in what was built. */
export const scenarioFolder = join(projectFolder, 'lab/scenarios')
