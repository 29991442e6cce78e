/** Where a sender stands with its losses: Linux's tcp_ca_state without CWR, which lasts no time here (there is no ECN). */
export const RECOVERY_STATES = ['open', 'disorder', 'recovery', 'loss'] as const
export type RecoveryState = 0 | 1 | 2 | 3

export const OPEN = 0 // nothing out of order
export const DISORDER = 1 // SACKs have come, nothing is lost yet
export const RECOVERY = 2 // fast recovery (RFC 6675)
export const LOSS = 3 // after a timeout
