/** An error breaks a MUST, or what players rely on; a warning a SHOULD or a vendor's rule; a note is worth knowing. */
export type Severity = 'error' | 'warning' | 'note'

/** What a check found: where in its file, and what was expected there. */
export type Fault = {
  readonly line?: number | undefined // of a playlist, from 1
  readonly segment?: string | undefined // its URI, with what tells it from its neighbours
  readonly expected: string
  readonly got: string
}

/** One rule: its stable name, the section that it comes from, and the check, a pure function. Sections without another
 *  name are RFC 8216's; `bis` is draft-pantos-hls-rfc8216bis, `Apple` the HLS Authoring Specification. */
export type Rule<Subject> = {
  readonly id: string
  readonly severity: Severity
  readonly section: string
  readonly check: (subject: Subject) => readonly Fault[]
}

export type Finding = {
  readonly rule: string
  readonly severity: Severity
  readonly section: string
  readonly place: { readonly file: string; readonly line?: number | undefined; readonly segment?: string | undefined }
  readonly expected: string
  readonly got: string
}

const MAX_FAULTS = 20 // of one rule in one file: a wrong habit is told, not each time that it shows
const MAX_TEXT_CHARACTERS = 200

/** What the rules find wrong with a subject. */
export function applyRules<Subject>(rules: readonly Rule<Subject>[], subject: Subject, file: string): Finding[] {
  return rules.flatMap((rule) => {
    const faults = rule.check(subject)
    const told = faults.slice(0, MAX_FAULTS).map((fault) => findingOf(rule, fault, file))
    const left = faults.length - told.length
    if (left === 0) return told
    return [...told, findingOf(rule, { expected: 'none of these', got: `${left} more of this kind` }, file)]
  })
}

function findingOf(rule: Rule<never>, fault: Fault, file: string): Finding {
  const { id, severity, section } = rule
  const { line, segment, expected, got } = fault
  return { rule: id, severity, section, place: { file, line, segment }, expected: short(expected), got: short(got) }
}

/** One line, of the length that a terminal shows; control characters of a stranger's file do not reach it. */
function short(text: string): string {
  const printable = text.replace(/\p{Cc}/gu, '\u00b7')
  return printable.length <= MAX_TEXT_CHARACTERS ? printable : `${printable.slice(0, MAX_TEXT_CHARACTERS)}…`
}
