/** Of all commands. */
export const exitCodes = { done: 0, finding: 1, badArguments: 2, somethingMissing: 3, interrupted: 130 } as const
