import { afterAll, describe, expect, test } from "vitest";
import { RunError } from "../../../engine/errors.ts";
import { readTextFile, writeGroupWhole, writeWhole } from "../../../engine/files/atomic.ts";
import { messageOf } from "../../setup/messages.ts";

const folder = await Deno.makeTempDir();
afterAll(() => Deno.remove(folder, { recursive: true }));

async function names(path: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
}

describe("writeWhole", () => {
  test("writes text and bytes, makes folders and leaves nothing else behind", async () => {
    const path = `${folder}/deep/er/a.txt`;
    await writeWhole(path, "first");
    await writeWhole(path, new TextEncoder().encode("zweitens ü"));
    expect(await Deno.readTextFile(path)).toBe("zweitens ü");
    expect(await names(`${folder}/deep/er`)).toEqual(["a.txt"]);
  });

  test("writes an empty file", async () => {
    await writeWhole(`${folder}/empty`, "");
    expect((await Deno.stat(`${folder}/empty`)).size).toBe(0);
  });

  test("many writers at once leave one of their contents whole", async () => {
    const path = `${folder}/contested/a.txt`;
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(50_000));
    await Promise.all(contents.map((content) => writeWhole(path, content)));
    expect(contents).toContain(await Deno.readTextFile(path));
    expect(await names(`${folder}/contested`)).toEqual(["a.txt"]);
  });

  test("a reader that opened the file before still sees the old content whole", async () => {
    const path = `${folder}/read.txt`;
    await writeWhole(path, "old content");
    using reader = await Deno.open(path);
    await writeWhole(path, "new");
    const seen = new Uint8Array(100);
    const length = await reader.read(seen) ?? 0;
    expect(new TextDecoder().decode(seen.subarray(0, length))).toBe("old content");
  });

  test("follows a link to the file", async () => {
    await Deno.writeTextFile(`${folder}/target.txt`, "old");
    await Deno.symlink(`${folder}/target.txt`, `${folder}/link.txt`);
    await writeWhole(`${folder}/link.txt`, "new");
    expect(await Deno.readTextFile(`${folder}/target.txt`)).toBe("new");
    expect((await Deno.lstat(`${folder}/link.txt`)).isSymlink).toBe(true);
  });

  test("writes to a device as it is", async () => {
    await writeWhole("/dev/null", "gone");
    expect((await Deno.stat("/dev/null")).isFile).toBe(false);
  });

  test("refuses a folder and a path below a file", async () => {
    await Deno.writeTextFile(`${folder}/file`, "");
    expect(await messageOf(() => writeWhole(folder, ""))).toBe(
      `${folder}: is a folder; expected a file's path`,
    );
    expect(await messageOf(() => writeWhole(`${folder}/file/x`, "")))
      .toBe(`${folder}/file/x: lies under a file; expected folders above it`);
  });

  test("a disk that refuses is a RunError that names the path, and the old content stays", async () => {
    // No file system takes names this long.
    const path = `${folder}/${"n".repeat(300)}`;
    const failure = writeWhole(path, "");
    await expect(failure).rejects.toBeInstanceOf(RunError);
    await expect(failure).rejects.toThrow(path);
  });
});

describe("writeGroupWhole", () => {
  test("writes every file and leaves nothing else behind", async () => {
    const path = `${folder}/group`;
    await Deno.mkdir(path);
    await Deno.writeTextFile(`${path}/5.json`, "an older and longer text than the new one");
    const files = new Map(Array.from({ length: 200 }, (_, k) => [`${k}.json`, `text ${k} ü`]));
    await writeGroupWhole(path, files);
    expect(await names(path)).toEqual([...files.keys()].sort());
    for (const [name, text] of files) expect(await Deno.readTextFile(`${path}/${name}`)).toBe(text);
    await writeGroupWhole(path, new Map());
  });

  test("groups at once, with files in common, leave one of their contents whole", async () => {
    const path = `${folder}/groups`;
    await Deno.mkdir(path);
    const contents = Array.from({ length: 8 }, (_, k) => String(k).repeat(50_000));
    await Promise.all(contents.map((text) => writeGroupWhole(path, new Map([["a", text], ["b", text]]))));
    for (const name of ["a", "b"]) expect(contents).toContain(await Deno.readTextFile(`${path}/${name}`));
    expect(await names(path)).toEqual(["a", "b"]);
  });

  test("failures name the folder in one line, and leave no parts", async () => {
    const path = `${folder}/failing`;
    await Deno.mkdir(path);
    await Deno.writeTextFile(`${path}/good`, "old");
    // No file system takes names this long.
    const failure = writeGroupWhole(path, new Map([["good", "new"], ["n".repeat(300), ""]]));
    await expect(failure).rejects.toBeInstanceOf(RunError);
    await expect(failure).rejects.toThrow(new RegExp(`^${path}: cannot be written [^\n]*$`));
    expect(await names(path)).toEqual(["good"]);
    expect(await Deno.readTextFile(`${path}/good`)).toBe("old");
    await expect(writeGroupWhole(`${path}/good`, new Map([["a", ""]]))).rejects.toThrow("lies under a file");
  });
});

describe("readTextFile", () => {
  test("leaves out the byte order mark", async () => {
    await Deno.writeTextFile(`${folder}/bom.txt`, "\ufeffabc");
    expect(await readTextFile(`${folder}/bom.txt`)).toBe("abc");
  });

  test("says in one line what is wrong", async () => {
    await Deno.writeFile(`${folder}/latin1.txt`, Uint8Array.of(0x61, 0xe9, 0x61));
    await Deno.writeTextFile(`${folder}/plain`, "");
    expect(await messageOf(() => readTextFile(`${folder}/none`)))
      .toBe(`${folder}/none: no such file; expected a file that can be read`);
    expect(await messageOf(() => readTextFile(folder)))
      .toBe(`${folder}: is a folder; expected a file that can be read`);
    expect(await messageOf(() => readTextFile(`${folder}/plain/x`)))
      .toBe(`${folder}/plain/x: lies under a file; expected a file that can be read`);
    expect(await messageOf(() => readTextFile(`${folder}/latin1.txt`)))
      .toBe(`${folder}/latin1.txt: holds bytes that are no UTF-8; expected a text file`);
    expect(await messageOf(() => readTextFile(`${folder}/a\0b`))).toContain("cannot be read");
  });

  test("a file that may not be read", async (context) => {
    if (Deno.uid() === 0) return context.skip("root reads everything");
    await Deno.writeTextFile(`${folder}/secret`, "", { mode: 0o000 });
    expect(await messageOf(() => readTextFile(`${folder}/secret`)))
      .toBe(`${folder}/secret: permission denied, cannot be read; expected a file that can be read`);
  });
});
