/** What an attribute's value must look like, RFC 8216 section 4.2; a list holds the enumerated strings. */
export type AttributeType =
  | 'quoted'
  | 'integer'
  | 'decimal'
  | 'signed-decimal'
  | 'hexadecimal'
  | 'resolution'
  | 'enumerated'
  | 'quoted-or-none'
  | 'any'
  | readonly string[]

export type AttributeRule = { readonly type: AttributeType; readonly isRequired?: true }

export type TagRule = {
  /** Of which playlists: `media` describes the list, `segment` and `metadata` parts of it, `both` may stand in either. */
  readonly of: 'media' | 'segment' | 'metadata' | 'multivariant' | 'both'
  readonly section: string
  readonly isOnce?: true
  readonly value: 'none' | 'integer' | 'extinf' | 'byte-range' | 'date-time' | 'type' | 'attributes' | 'yes-no'
  readonly attributes?: Readonly<Record<string, AttributeRule>>
}

const YES = ['YES'] as const
const YES_NO = ['YES', 'NO'] as const
const needed = (type: AttributeType): AttributeRule => ({ type, isRequired: true })
const may = (type: AttributeType): AttributeRule => ({ type })

const keyAttributes = {
  METHOD: needed(['NONE', 'AES-128', 'SAMPLE-AES', 'SAMPLE-AES-CTR', 'AES-256-GCM']),
  URI: may('quoted'),
  IV: may('hexadecimal'),
  KEYFORMAT: may('quoted'),
  KEYFORMATVERSIONS: may('quoted'),
}

const streamAttributes = {
  BANDWIDTH: needed('integer'),
  'AVERAGE-BANDWIDTH': may('integer'),
  SCORE: may('decimal'),
  CODECS: may('quoted'),
  'SUPPLEMENTAL-CODECS': may('quoted'),
  RESOLUTION: may('resolution'),
  'HDCP-LEVEL': may(['TYPE-0', 'TYPE-1', 'NONE']),
  'ALLOWED-CPC': may('quoted'),
  'VIDEO-RANGE': may(['SDR', 'HLG', 'PQ']),
  'REQ-VIDEO-LAYOUT': may('quoted'),
  'STABLE-VARIANT-ID': may('quoted'),
  VIDEO: may('quoted'),
  'PATHWAY-ID': may('quoted'),
  'PROGRAM-ID': may('integer'), // removed in version 6, section 7
  NAME: may('quoted'), // not of the standard, but of many packagers
}

/** Every tag of RFC 8216 sections 4.3.1 to 4.3.5 and of rfc8216bis section 4.4. */
export const tagTable: Readonly<Record<string, TagRule>> = {
  EXTM3U: { of: 'both', section: '4.3.1.1', isOnce: true, value: 'none' },
  'EXT-X-VERSION': { of: 'both', section: '4.3.1.2', isOnce: true, value: 'integer' },
  'EXT-X-INDEPENDENT-SEGMENTS': { of: 'both', section: '4.3.5.1', isOnce: true, value: 'none' },
  'EXT-X-START': {
    of: 'both',
    section: '4.3.5.2',
    isOnce: true,
    value: 'attributes',
    attributes: { 'TIME-OFFSET': needed('signed-decimal'), PRECISE: may(YES_NO) },
  },
  'EXT-X-DEFINE': {
    of: 'both',
    section: 'bis 4.4.2.3',
    value: 'attributes',
    attributes: { NAME: may('quoted'), VALUE: may('quoted'), IMPORT: may('quoted'), QUERYPARAM: may('quoted') },
  },
  'EXT-X-TARGETDURATION': { of: 'media', section: '4.3.3.1', isOnce: true, value: 'integer' },
  'EXT-X-MEDIA-SEQUENCE': { of: 'media', section: '4.3.3.2', isOnce: true, value: 'integer' },
  'EXT-X-DISCONTINUITY-SEQUENCE': { of: 'media', section: '4.3.3.3', isOnce: true, value: 'integer' },
  'EXT-X-ENDLIST': { of: 'media', section: '4.3.3.4', isOnce: true, value: 'none' },
  'EXT-X-PLAYLIST-TYPE': { of: 'media', section: '4.3.3.5', isOnce: true, value: 'type' },
  'EXT-X-I-FRAMES-ONLY': { of: 'media', section: '4.3.3.6', isOnce: true, value: 'none' },
  'EXT-X-ALLOW-CACHE': { of: 'media', section: '7', isOnce: true, value: 'yes-no' }, // removed in version 7
  'EXT-X-PART-INF': {
    of: 'media',
    section: 'bis 4.4.3.7',
    isOnce: true,
    value: 'attributes',
    attributes: { 'PART-TARGET': needed('decimal') },
  },
  'EXT-X-SERVER-CONTROL': {
    of: 'media',
    section: 'bis 4.4.3.8',
    isOnce: true,
    value: 'attributes',
    attributes: {
      'CAN-SKIP-UNTIL': may('decimal'),
      'CAN-SKIP-DATERANGES': may(YES),
      'HOLD-BACK': may('decimal'),
      'PART-HOLD-BACK': may('decimal'),
      'CAN-BLOCK-RELOAD': may(YES),
    },
  },
  EXTINF: { of: 'segment', section: '4.3.2.1', value: 'extinf' },
  'EXT-X-BYTERANGE': { of: 'segment', section: '4.3.2.2', value: 'byte-range' },
  'EXT-X-DISCONTINUITY': { of: 'segment', section: '4.3.2.3', value: 'none' },
  'EXT-X-KEY': { of: 'segment', section: '4.3.2.4', value: 'attributes', attributes: keyAttributes },
  'EXT-X-MAP': {
    of: 'segment',
    section: '4.3.2.5',
    value: 'attributes',
    attributes: { URI: needed('quoted'), BYTERANGE: may('quoted') },
  },
  'EXT-X-PROGRAM-DATE-TIME': { of: 'segment', section: '4.3.2.6', value: 'date-time' },
  'EXT-X-GAP': { of: 'segment', section: 'bis 4.4.4.7', value: 'none' },
  'EXT-X-BITRATE': { of: 'segment', section: 'bis 4.4.4.8', value: 'integer' },
  'EXT-X-PART': {
    of: 'segment',
    section: 'bis 4.4.4.9',
    value: 'attributes',
    attributes: {
      URI: needed('quoted'),
      DURATION: needed('decimal'),
      INDEPENDENT: may(YES),
      BYTERANGE: may('any'), // a quoted string; the draft's own examples leave the quotes away
      GAP: may(YES),
    },
  },
  'EXT-X-DATERANGE': {
    of: 'metadata',
    section: '4.3.2.7',
    value: 'attributes',
    attributes: {
      ID: needed('quoted'),
      CLASS: may('quoted'),
      'START-DATE': may('quoted'),
      CUE: may('any'),
      'END-DATE': may('quoted'),
      DURATION: may('decimal'),
      'PLANNED-DURATION': may('decimal'),
      'SCTE35-CMD': may('hexadecimal'),
      'SCTE35-OUT': may('hexadecimal'),
      'SCTE35-IN': may('hexadecimal'),
      'END-ON-NEXT': may(YES),
    },
  },
  'EXT-X-SKIP': {
    of: 'metadata',
    section: 'bis 4.4.5.2',
    isOnce: true,
    value: 'attributes',
    attributes: { 'SKIPPED-SEGMENTS': needed('integer'), 'RECENTLY-REMOVED-DATERANGES': may('quoted') },
  },
  'EXT-X-PRELOAD-HINT': {
    of: 'metadata',
    section: 'bis 4.4.5.3',
    value: 'attributes',
    attributes: {
      TYPE: needed(['PART', 'MAP']),
      URI: needed('quoted'),
      'BYTERANGE-START': may('integer'),
      'BYTERANGE-LENGTH': may('integer'),
    },
  },
  'EXT-X-RENDITION-REPORT': {
    of: 'metadata',
    section: 'bis 4.4.5.4',
    value: 'attributes',
    attributes: { URI: needed('quoted'), 'LAST-MSN': may('integer'), 'LAST-PART': may('integer') },
  },
  'EXT-X-MEDIA': {
    of: 'multivariant',
    section: '4.3.4.1',
    value: 'attributes',
    attributes: {
      TYPE: needed(['AUDIO', 'VIDEO', 'SUBTITLES', 'CLOSED-CAPTIONS']),
      URI: may('quoted'),
      'GROUP-ID': needed('quoted'),
      LANGUAGE: may('quoted'),
      'ASSOC-LANGUAGE': may('quoted'),
      NAME: needed('quoted'),
      'STABLE-RENDITION-ID': may('quoted'),
      DEFAULT: may(YES_NO),
      AUTOSELECT: may(YES_NO),
      FORCED: may(YES_NO),
      'INSTREAM-ID': may('quoted'),
      'BIT-DEPTH': may('integer'),
      'SAMPLE-RATE': may('integer'),
      CHARACTERISTICS: may('quoted'),
      CHANNELS: may('quoted'),
      'PATHWAY-ID': may('quoted'),
    },
  },
  'EXT-X-STREAM-INF': {
    of: 'multivariant',
    section: '4.3.4.2',
    value: 'attributes',
    attributes: {
      ...streamAttributes,
      'FRAME-RATE': may('decimal'),
      AUDIO: may('quoted'),
      SUBTITLES: may('quoted'),
      'CLOSED-CAPTIONS': may('quoted-or-none'),
    },
  },
  'EXT-X-I-FRAME-STREAM-INF': {
    of: 'multivariant',
    section: '4.3.4.3',
    value: 'attributes',
    attributes: { ...streamAttributes, URI: needed('quoted') },
  },
  'EXT-X-SESSION-DATA': {
    of: 'multivariant',
    section: '4.3.4.4',
    value: 'attributes',
    attributes: {
      'DATA-ID': needed('quoted'),
      VALUE: may('quoted'),
      URI: may('quoted'),
      FORMAT: may(['JSON', 'RAW']),
      LANGUAGE: may('quoted'),
    },
  },
  'EXT-X-SESSION-KEY': {
    of: 'multivariant',
    section: '4.3.4.5',
    value: 'attributes',
    attributes: { ...keyAttributes, URI: needed('quoted') },
  },
  'EXT-X-CONTENT-STEERING': {
    of: 'multivariant',
    section: 'bis 4.4.6.6',
    isOnce: true,
    value: 'attributes',
    attributes: { 'SERVER-URI': needed('quoted'), 'PATHWAY-ID': may('quoted') },
  },
}
