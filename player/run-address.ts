import { writeCompareSettings, type CompareSettings, type NetworkSettings } from './settings.ts'

/** What the record of a run keeps of its page, so that it can be opened again: the query string, from `?` on, with every
 *  setting in it, also those that are as by default. It names no link: another page has its own. */
export function repeatingQuery(settings: CompareSettings, network: NetworkSettings, startSeconds: number): string {
  const { link: _link, ...others } = settings
  const query = new URLSearchParams(writeCompareSettings({ ...others, link: 'default', network, startSeconds }))
  query.set('inStep', String(settings.inStep))
  query.set('jitterBufferMs', String(settings.jitterBufferMs))
  query.set('udp', settings.udp)
  query.set('way', settings.way)
  query.set('nack', settings.nack ? 'on' : 'off')
  query.set('startSeconds', String(Math.round(startSeconds * 1000) / 1000)) // to a millisecond
  return `?${query}`
}
