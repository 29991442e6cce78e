export { modelOutline as testOutline, type OutlineShape } from '../model-outline.ts'
