/** A text in which **a term** stands out where it is explained. */
export function MarkedText({ text }: { text: string }) {
  return <>{text.split('**').map((part, index) => (index % 2 === 1 ? <strong key={index}>{part}</strong> : part))}</>
}
