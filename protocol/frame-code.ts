/** A frame's number as 40 black or white cells in two rows, which survive scaling to 240p: 24 bits of number, 16 bits of
 *  CRC, most significant bit first. The cells lie in the picture's top left corner and scale with it. */
export const frameCodeGrid = { columns: 20, rows: 2, pictureWidthShare: 3 / 4, pictureHeightShare: 2 / 15 } as const

const NUMBER_BITS = 24
const CRC_BITS = 16
const MAX_FRAME = 0xff_ffff // of 24 bits

/** A picture's brightness, row by row, 0 black to 255 white. */
export type GreyPicture = { readonly widthPixels: number; readonly heightPixels: number; readonly luma: Uint8Array }

/** The cells, row by row: 1 is white. */
export function encodeFrameCode(frame: number): Uint8Array {
  if (!Number.isInteger(frame) || frame < 0 || frame > MAX_FRAME) {
    throw new RangeError(`frame must be from 0 to ${MAX_FRAME}, got ${frame}`)
  }
  return Uint8Array.from([...bitsOf(frame, NUMBER_BITS), ...bitsOf(crc16(frame), CRC_BITS)])
}

/** The frame number in the cells; undefined when the CRC does not agree, so when the picture is damaged there. */
export function decodeFrameCode(cells: Uint8Array): number | undefined {
  if (cells.length !== NUMBER_BITS + CRC_BITS) return undefined
  const frame = valueOfBits(cells.subarray(0, NUMBER_BITS))
  return crc16(frame) === valueOfBits(cells.subarray(NUMBER_BITS)) ? frame : undefined
}

/** The frame number that a picture shows; undefined when it shows none. */
export function readFrameCode(picture: GreyPicture): number | undefined {
  const { columns, rows } = frameCodeGrid
  const cells = new Uint8Array(columns * rows)
  for (let cell = 0; cell < cells.length; cell++) {
    cells[cell] = brightnessOfCell(picture, cell % columns, Math.floor(cell / columns)) >= 128 ? 1 : 0
  }
  return decodeFrameCode(cells)
}

/** Of the cell's middle half each way: its edges are blurred by scaling and coding. */
function brightnessOfCell({ widthPixels, heightPixels, luma }: GreyPicture, column: number, row: number): number {
  const cellWidth = (widthPixels * frameCodeGrid.pictureWidthShare) / frameCodeGrid.columns
  const cellHeight = (heightPixels * frameCodeGrid.pictureHeightShare) / frameCodeGrid.rows
  let sum = 0
  let count = 0
  for (let y = Math.floor((row + 0.25) * cellHeight); y < (row + 0.75) * cellHeight; y++) {
    for (let x = Math.floor((column + 0.25) * cellWidth); x < (column + 0.75) * cellWidth; x++) {
      sum += luma[y * widthPixels + x] ?? 0
      count += 1
    }
  }
  return sum / count
}

function bitsOf(value: number, bits: number): number[] {
  return Array.from({ length: bits }, (_, index) => (value >> (bits - 1 - index)) & 1)
}

function valueOfBits(bits: Uint8Array): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0)
}

/** CRC-16/CCITT-FALSE of the number's three bytes: polynomial 0x1021, begun with 0xffff, so that 0 has one too. */
function crc16(frame: number): number {
  let crc = 0xffff
  for (const bit of bitsOf(frame, NUMBER_BITS)) {
    const carry = (crc >> 15) ^ bit
    crc = ((crc << 1) & 0xffff) ^ (carry ? 0x1021 : 0)
  }
  return crc
}
