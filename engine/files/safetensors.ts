/**
 * Named arrays and a few strings in one file: the safetensors format
 * (https://github.com/huggingface/safetensors), as NumPy, PyTorch and JAX read it. Eight bytes with the
 * header's length, the header in JSON, the arrays one after another, all little-endian.
 */

import { crc32 } from "node:zlib";
import { InputError } from "../errors.ts";
import { writeWhole } from "./atomic.ts";

export type TensorData = Float32Array | Uint32Array | Int32Array | Uint8Array;
export type TensorType = "f32" | "u32" | "i32" | "u8";

/** `data` holds as many elements as the product of `shape` (1 for []), the last dimension running fastest. */
export interface Tensor {
  shape: readonly number[];
  data: TensorData;
}

export interface TensorFile {
  tensors: ReadonlyMap<string, Tensor>;
  metadata: ReadonlyMap<string, string>;
}

const DTYPES = { F32: Float32Array, U32: Uint32Array, I32: Int32Array, U8: Uint8Array } as const;
type Dtype = keyof typeof DTYPES;

/** The bytes of the header's length. */
const LENGTH_BYTES = 8;
/** The format's own limit. */
const MOST_HEADER_BYTES = 100_000_000;
const CHECKSUM = "crc32";
/** How the header of a file of ours begins; eight hexadecimal digits follow. */
const CHECKSUM_PREFIX = `{"__metadata__":{"${CHECKSUM}":"`;
const CHECKSUM_AT = LENGTH_BYTES + CHECKSUM_PREFIX.length;
const NO_CHECKSUM = "0".repeat(8);

/**
 * A file of tensors as bytes; the same tensors and metadata give the same bytes. Arrays of four-byte elements
 * come first, so that every array is aligned. A CRC-32 of the whole (with its own digits as zeros) is added
 * to the metadata as `crc32`.
 *
 * @throws RangeError where a shape does not fit its data, or a name is one of the format's own: a bug of
 *   the caller
 */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const entries = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let dataBytes = 0;
  const parts = entries.map(([name, { shape, data }]) => {
    if (name === "__metadata__") throw new RangeError(`no tensor may be called ${name}`);
    if (elements(shape) !== data.length) {
      throw new RangeError(`tensor ${name}: shape [${shape}] does not fit ${data.length} elements`);
    }
    const begin = dataBytes;
    dataBytes += data.byteLength;
    return member(name, { dtype: dtypeOf(data), shape, data_offsets: [begin, dataBytes] });
  });
  if (metadata.has(CHECKSUM)) throw new RangeError(`metadata ${CHECKSUM} is the file's own`);
  const strings = [...metadata].map(([key, value]) => `,${member(key, value)}`).join("");
  const rest = parts.map((part) => `,${part}`).join("");
  const header = new TextEncoder().encode(`${CHECKSUM_PREFIX}${NO_CHECKSUM}"${strings}}${rest}}`);
  const headerBytes = Math.ceil(header.length / 8) * 8;
  if (headerBytes > MOST_HEADER_BYTES) throw new RangeError("names, shapes and metadata take over 100 MB");

  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(header, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + header.length, LENGTH_BYTES + headerBytes);
  let at = LENGTH_BYTES + headerBytes;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  bytes.set(new TextEncoder().encode(checksum(bytes)), CHECKSUM_AT);
  return bytes;
}

/**
 * The tensors and metadata in the bytes of a safetensors file, ours or from elsewhere, in the order of the
 * data. Data is a view of `bytes` where it is aligned there, else a copy. A checksum of ours is verified and
 * left out.
 *
 * @param where what messages call the bytes: a file name
 * @throws InputError, one line: cut short, damaged, no safetensors file, or with arrays of other types
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): TensorFile {
  const { header, dataAt } = readHeader(bytes, where);
  const metadata = readMetadata(header.get("__metadata__"), where);
  header.delete("__metadata__");
  const entries = [...header].map(([name, entry]) => readEntry(name, entry, where))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end) {
      throw new InputError(where, `tensor ${quoted(entry.name)} does not follow the one before; ${DAMAGED}`);
    }
    end = entry.end;
  }
  const held = bytes.length - dataAt;
  if (held < end) {
    throw new InputError(where, `is cut short: holds ${held} bytes of data where ${end} are due`);
  }
  if (held > end) throw new InputError(where, `holds ${held} bytes of data where ${end} are due; ${DAMAGED}`);
  if (metadata.delete(CHECKSUM) && startsWith(bytes, CHECKSUM_PREFIX)) verify(bytes, where);
  const tensors = entries.map(({ name, type, shape, begin, end }): [string, Tensor] => [
    name,
    { shape, data: view(bytes, type, dataAt + begin, dataAt + end) },
  ]);
  return { tensors: new Map(tensors), metadata };
}

/** Writes a file of tensors, whole or not at all. @throws as `encodeSafetensors` and `writeWhole` */
export async function writeSafetensors(path: string, file: TensorFile): Promise<void> {
  await writeWhole(path, encodeSafetensors(file));
}

/**
 * The tensors and metadata of a file.
 *
 * @throws InputError, one line: it cannot be read, or as `decodeSafetensors`
 */
export async function readSafetensors(path: string): Promise<TensorFile> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "no such file"
      : error instanceof Deno.errors.IsADirectory
      ? "is a folder"
      : `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    throw new InputError(path, `${reason}; expected a safetensors file`);
  }
  return decodeSafetensors(bytes, path);
}

const DAMAGED = "the file is damaged";
const FOREIGN = "this is no safetensors file, or damaged";

function readHeader(bytes: Uint8Array, where: string): { header: Map<string, unknown>; dataAt: number } {
  if (bytes.length < LENGTH_BYTES) {
    throw new InputError(where, `holds ${bytes.length} bytes; expected a safetensors file, of 8 and more`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > MOST_HEADER_BYTES) {
    throw new InputError(where, `states a header of over ${MOST_HEADER_BYTES} bytes; ${FOREIGN}`);
  }
  const dataAt = LENGTH_BYTES + Number(length);
  if (dataAt > bytes.length) {
    const held = bytes.length - LENGTH_BYTES;
    throw new InputError(
      where,
      `holds ${held} bytes of a header of ${length}; the file is cut short or foreign`,
    );
  }
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes.subarray(LENGTH_BYTES, dataAt));
    // The format demands it, and JSON alone would let blanks come first.
    value = text.startsWith("{") ? JSON.parse(text) : undefined;
  } catch {
    value = undefined;
  }
  if (!isObject(value)) throw new InputError(where, `its header is no JSON object; ${FOREIGN}`);
  return { header: new Map(Object.entries(value)), dataAt };
}

function readMetadata(value: unknown, where: string): Map<string, string> {
  if (value === undefined) return new Map();
  if (!isObject(value) || !Object.values(value).every((text) => typeof text === "string")) {
    throw new InputError(where, `__metadata__ in its header is no object of strings; ${DAMAGED}`);
  }
  return new Map(Object.entries(value) as [string, string][]);
}

interface Entry {
  name: string;
  type: Dtype;
  shape: number[];
  /** Bytes, from the start of the data. */
  begin: number;
  end: number;
}

function readEntry(name: string, value: unknown, where: string): Entry {
  const fail = (what: string) => new InputError(where, `tensor ${quoted(name)}: ${what}`);
  if (!isObject(value)) throw fail(`its entry in the header is no object; ${DAMAGED}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPES, dtype)) {
    throw fail(`expected a dtype of ${Object.keys(DTYPES).join(", ")}, got ${quoted(dtype)}`);
  }
  if (!isCounts(shape)) throw fail(`expected a shape of whole numbers, got ${quoted(shape)}`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw fail(`expected data_offsets of two whole numbers, got ${quoted(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const type = dtype as Dtype;
  // A product too large for exact arithmetic is far larger than any file, and differs all the same.
  if (end - begin !== elements(shape) * DTYPES[type].BYTES_PER_ELEMENT) {
    throw fail(`${end - begin} bytes do not fit ${type} of shape [${clipped(String(shape))}]; ${DAMAGED}`);
  }
  return { name, type, shape, begin, end };
}

function verify(bytes: Uint8Array, where: string): void {
  const stated = new TextDecoder().decode(bytes.subarray(CHECKSUM_AT, CHECKSUM_AT + NO_CHECKSUM.length));
  if (stated !== checksum(bytes)) {
    throw new InputError(
      where,
      `its checksum (metadata ${CHECKSUM}) does not fit; the file is damaged or was edited`,
    );
  }
}

/** Of all bytes, the digits of the checksum itself counted as zeros. */
function checksum(bytes: Uint8Array): string {
  let value = crc32(bytes.subarray(0, CHECKSUM_AT));
  value = crc32(NO_CHECKSUM, value);
  value = crc32(bytes.subarray(CHECKSUM_AT + NO_CHECKSUM.length), value);
  return value.toString(16).padStart(8, "0");
}

function startsWith(bytes: Uint8Array, header: string): boolean {
  return new TextEncoder().encode(header).every((byte, i) => bytes[LENGTH_BYTES + i] === byte);
}

function view(bytes: Uint8Array, type: Dtype, begin: number, end: number): TensorData {
  const constructor = DTYPES[type];
  const size = constructor.BYTES_PER_ELEMENT;
  const aligned = (bytes.byteOffset + begin) % size === 0
    ? bytes.subarray(begin, end)
    : bytes.slice(begin, end);
  return new constructor(aligned.buffer as ArrayBuffer, aligned.byteOffset, (end - begin) / size);
}

function dtypeOf(data: TensorData): Dtype {
  if (data instanceof Float32Array) return "F32";
  if (data instanceof Uint32Array) return "U32";
  return data instanceof Int32Array ? "I32" : "U8";
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function member(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** As JSON, on one line on any terminal. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return clipped(text.replaceAll(/[\x7f-\x9f\u2028\u2029]/g, "?"));
}

function clipped(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
