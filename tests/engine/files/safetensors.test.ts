import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../../engine/errors.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  type Tensor,
  type TensorFile,
  writeSafetensors,
} from "../../../engine/files/safetensors.ts";
import { messageOf } from "../../setup/messages.ts";
import { anyText } from "../../setup/strings.ts";

const SEED = 20261122;

const folder = await Deno.makeTempDir();
afterAll(() => Deno.remove(folder, { recursive: true }));

const FILE: TensorFile = {
  tensors: new Map<string, Tensor>([
    ["mask", { shape: [3], data: Uint8Array.of(1, 0, 255) }],
    ["actor/weights", { shape: [2, 2], data: Float32Array.of(1.5, -0, NaN, Infinity) }],
    ["step", { shape: [], data: Uint32Array.of(4_000_000_000) }],
    ["offsets", { shape: [1, 2], data: Int32Array.of(-1, 2_000_000_000) }],
    ["none", { shape: [0, 7], data: new Float32Array(0) }],
  ]),
  metadata: new Map([["version", "0.1.0"], ['quoted " \n', "ü \u2028"]]),
};

/** Names, shapes and the bits of the data; a Map compares its entries in any order. */
function plain({ tensors, metadata }: TensorFile): unknown {
  const bits = ({ shape, data }: Tensor) => [
    data.constructor.name,
    [...shape],
    [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  ];
  return { tensors: new Map([...tensors].map(([name, tensor]) => [name, bits(tensor)])), metadata };
}

/** A file with any header, checksum or not. */
function fileOf(header: unknown, data: number[] = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

describe("round trip", () => {
  test("keeps names, types, shapes, bits and metadata", () => {
    expect(plain(decodeSafetensors(encodeSafetensors(FILE), "f"))).toEqual(plain(FILE));
  });

  test("of nothing", () => {
    const empty = { tensors: new Map(), metadata: new Map() };
    expect(decodeSafetensors(encodeSafetensors(empty), "f")).toEqual(empty);
  });

  test("of any names, shapes and bits; a second encoding has the same bytes", () => {
    const shape = fc.array(fc.nat(4), { maxLength: 3 });
    const kinds = [Float32Array, Uint32Array, Int32Array, Uint8Array] as const;
    const tensor = fc.tuple(shape, fc.constantFrom(...kinds), fc.nat(255)).map(
      ([shape, kind, fill]): Tensor => {
        const count = shape.reduce((a, b) => a * b, 1);
        const bytes = new Uint8Array(count * kind.BYTES_PER_ELEMENT).fill(fill);
        return { shape, data: new kind(bytes.buffer) };
      },
    );
    const name = fc.oneof(anyText(), fc.constantFrom("__proto__", "0", "toString"));
    const file = fc.tuple(
      fc.array(fc.tuple(name, tensor), { maxLength: 5 }),
      fc.array(fc.tuple(name, anyText()), { maxLength: 3 }),
    ).map(([tensors, metadata]) => ({ tensors: new Map(tensors), metadata: new Map(metadata) }));
    fc.assert(
      fc.property(file, (file) => {
        const bytes = encodeSafetensors(file);
        expect(plain(decodeSafetensors(bytes, "f"))).toEqual(plain(file));
        expect(encodeSafetensors(file)).toEqual(bytes);
        expect(
          bytes.length % 4 === 0 || [...file.tensors.values()].some(({ data }) => data instanceof Uint8Array),
        )
          .toBe(true);
      }),
      { seed: SEED, numRuns: 150, endOnFailure: true },
    );
  });

  test("through a file", async () => {
    await writeSafetensors(`${folder}/deep/a.safetensors`, FILE);
    expect(plain(await readSafetensors(`${folder}/deep/a.safetensors`))).toEqual(plain(FILE));
  });

  test("refuses what would not read back: a bug of the caller", () => {
    const one = (name: string, tensor: Tensor) => () =>
      encodeSafetensors({ tensors: new Map([[name, tensor]]), metadata: new Map() });
    expect(one("a", { shape: [2], data: new Float32Array(3) })).toThrow(RangeError);
    expect(one("__metadata__", { shape: [0], data: new Float32Array(0) })).toThrow(RangeError);
    expect(() => encodeSafetensors({ tensors: new Map(), metadata: new Map([["crc32", "x"]]) })).toThrow(
      RangeError,
    );
  });
});

describe("files from elsewhere", () => {
  // safetensors 0.8.0 in Python: save({"b": float32 [[1.5, -2, 3]], "a": uint8 [7, 255], "c": int32 -5,
  // "u": uint32 zeros (0, 4)}, metadata={"who": "numpy"})
  const NUMPY = fileOf(
    '{"__metadata__":{"who":"numpy"},"b":{"dtype":"F32","shape":[1,3],"data_offsets":[0,12]},' +
      '"u":{"dtype":"U32","shape":[0,4],"data_offsets":[12,12]},"c":{"dtype":"I32","shape":[],"data_offsets":[12,16]},' +
      '"a":{"dtype":"U8","shape":[2],"data_offsets":[16,18]}}   ',
    // deno-fmt-ignore
    [0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0x40, 0x40, 0xfb, 0xff, 0xff, 0xff, 7, 0xff],
  );
  const EXPECTED: TensorFile = {
    tensors: new Map<string, Tensor>([
      ["b", { shape: [1, 3], data: Float32Array.of(1.5, -2, 3) }],
      ["u", { shape: [0, 4], data: new Uint32Array(0) }],
      ["c", { shape: [], data: Int32Array.of(-5) }],
      ["a", { shape: [2], data: Uint8Array.of(7, 255) }],
    ]),
    metadata: new Map([["who", "numpy"]]),
  };

  test("of the reference implementation", () => {
    const file = decodeSafetensors(NUMPY, "f");
    expect(plain(file)).toEqual(plain(EXPECTED));
    expect([...file.tensors.keys()]).toEqual(["b", "u", "c", "a"]);
  });

  test("whose data is not aligned", () => {
    for (let shift = 0; shift < 4; shift++) {
      const bytes = new Uint8Array(NUMPY.length + shift);
      bytes.set(NUMPY, shift);
      expect(plain(decodeSafetensors(bytes.subarray(shift), "f"))).toEqual(plain(EXPECTED));
    }
  });
});

describe("refusals", () => {
  const message = (bytes: Uint8Array) => messageOf(() => decodeSafetensors(bytes, "a.safetensors"));
  const entry = (changes: object) =>
    fileOf({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...changes } }, [0, 0, 0, 0]);

  test("a file that is cut short", async () => {
    const bytes = encodeSafetensors(FILE);
    expect(await message(bytes.subarray(0, 5)))
      .toBe("a.safetensors: holds 5 bytes; expected a safetensors file, of 8 and more");
    expect(await message(bytes.subarray(0, 100)))
      .toMatch(/^a.safetensors: holds 92 bytes of a header of \d+; the file is cut short or foreign$/);
    expect(await message(bytes.subarray(0, -1)))
      .toBe("a.safetensors: is cut short: holds 30 bytes of data where 31 are due");
  });

  test("a file of another kind", async () => {
    const text = new TextEncoder().encode(JSON.stringify({ kind: "s-S", reorderPoint: 3, orderUpTo: 10 }));
    expect(await message(text)).toBe(
      "a.safetensors: states a header of over 100000000 bytes; this is no safetensors file, or damaged",
    );
    const noObject = "a.safetensors: its header is no JSON object; this is no safetensors file, or damaged";
    expect(await message(fileOf("[1]"))).toBe(noObject);
    expect(await message(fileOf(" {}"))).toBe(noObject);
    expect(await message(fileOf('{"a":'))).toBe(noObject);
    expect(await message(new Uint8Array(20))).toBe(noObject);
    expect(await message(fileOf("[".repeat(1_000_000)))).toBe(noObject);
  });

  test("types that it does not know", async () => {
    expect(await message(entry({ dtype: "F16" })))
      .toBe('a.safetensors: tensor "w": expected a dtype of F32, U32, I32, U8, got "F16"');
    expect(await message(entry({ dtype: "toString" }))).toContain('got "toString"');
    expect(await message(entry({ dtype: undefined }))).toContain("got nothing");
  });

  test("a header that contradicts itself or the file", async () => {
    expect(await message(entry({ shape: [2] })))
      .toBe('a.safetensors: tensor "w": 4 bytes do not fit F32 of shape [2]; the file is damaged');
    expect(await message(entry({ shape: [-1] }))).toContain("expected a shape of whole numbers, got [-1]");
    expect(await message(entry({ shape: [2 ** 53 - 1, 2 ** 53 - 1, 0.5] }))).toContain("whole numbers");
    expect(await message(entry({ shape: Array(40).fill(2 ** 53 - 1) }))).toContain("do not fit");
    expect(await message(entry({ shape: [...Array(40).fill(2 ** 53 - 1), 0] }))).toContain("do not fit");
    expect(await message(entry({ data_offsets: [0] }))).toContain(
      "data_offsets of two whole numbers, got [0]",
    );
    expect(await message(entry({ data_offsets: [4, 8] }))).toContain(
      'tensor "w" does not follow the one before',
    );
    expect(await message(entry({ data_offsets: [4, 0] }))).toContain("-4 bytes do not fit");
    expect(await message(fileOf({ w: 3 }))).toContain('tensor "w": its entry in the header is no object');
    expect(await message(fileOf({ __metadata__: { a: 1 } }))).toContain(
      "__metadata__ in its header is no object of strings",
    );
    expect(await message(fileOf({}, [1]))).toBe(
      "a.safetensors: holds 1 bytes of data where 0 are due; the file is damaged",
    );
  });

  test("a gigantic tensor of no bytes is not allocated", () => {
    const header = { w: { dtype: "F32", shape: [2 ** 53 - 1, 0], data_offsets: [0, 0] } };
    expect(decodeSafetensors(fileOf(header), "f").tensors.get("w")?.data.length).toBe(0);
  });

  test("a single changed byte of data", async () => {
    const bytes = encodeSafetensors(FILE);
    bytes[bytes.length - 1]! ^= 1;
    expect(await message(bytes)).toBe(
      "a.safetensors: its checksum (metadata crc32) does not fit; the file is damaged or was edited",
    );
  });

  test("no file", async () => {
    expect(await messageOf(() => readSafetensors(`${folder}/none`)))
      .toBe(`${folder}/none: no such file; expected a safetensors file`);
    expect(await messageOf(() => readSafetensors(folder))).toBe(
      `${folder}: is a folder; expected a safetensors file`,
    );
    await Deno.writeTextFile(`${folder}/plain`, "text");
    expect(await messageOf(() => readSafetensors(`${folder}/plain`)))
      .toBe(`${folder}/plain: holds 4 bytes; expected a safetensors file, of 8 and more`);
  });
});

describe("damage", () => {
  const bytes = encodeSafetensors(FILE);

  /** What is read where the bytes are not refused in one line. */
  function tryDecode(bytes: Uint8Array): TensorFile | undefined {
    try {
      return decodeSafetensors(bytes, "f");
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(error.message).toMatch(/^[^\n\r\u2028\u2029]{1,300}$/);
      return undefined;
    }
  }

  test("every truncation is refused", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(tryDecode(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  test("every flipped bit is refused, or hit the checksum's own name and changed nothing else", () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const read = tryDecode(damaged);
      if (read === undefined) continue;
      expect([...read.metadata.keys()].filter((key) => !FILE.metadata.has(key))).toHaveLength(1);
      expect(plain({ ...read, metadata: FILE.metadata })).toEqual(plain(FILE));
    }
  });

  test("any bytes, and any JSON as a header, are read or refused", () => {
    const word = fc.constantFrom(
      "__metadata__",
      "dtype",
      "shape",
      "data_offsets",
      "F32",
      "U8",
      0,
      4,
      -1,
      2 ** 60,
    );
    const key = fc.oneof(word.map(String), fc.string());
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: "medium" },
        word,
        fc.jsonValue(),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
      ),
    })).tree;
    const data = fc.array(fc.nat(255), { maxLength: 12 });
    const entry = fc.record({
      dtype: fc.oneof(fc.constantFrom("F32", "U8", "I32"), word),
      shape: fc.oneof(
        fc.array(fc.nat(3), { maxLength: 2 }),
        fc.array(fc.maxSafeNat(), { maxLength: 3 }),
        value,
      ),
      data_offsets: fc.oneof(fc.tuple(fc.nat(12), fc.nat(12)), value),
    });
    const file = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(value, data).map(([header, data]) => fileOf(header, data)),
      fc.tuple(fc.dictionary(key, entry, { maxKeys: 3 }), data).map(([header, data]) => fileOf(header, data)),
    );
    let read = 0;
    fc.assert(
      fc.property(file, (bytes) => {
        const found = tryDecode(bytes);
        if (found === undefined) return;
        read++;
        const held = [...found.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
        expect(held).toBeLessThanOrEqual(bytes.length);
      }),
      { seed: SEED, numRuns: 3000, endOnFailure: true },
    );
    expect(read).toBeGreaterThan(0);
  });
});
