import { join } from 'node:path'
import { projectFolder } from '../server/project-folder.ts'

/** Where the examples are, in the sources as in what was built. */
export const scenarioFolder = join(projectFolder, 'lab/scenarios')
/** The guided experiments; their explanations are in its folder pages/. */
export const guidedFolder = join(projectFolder, 'lab/guided')
