// Builds one page after the other into dist/, and puts a .br and a .gz beside each file that text can be.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const PAGES = ["desk", "console"];
const TEXT = /\.(js|css|svg|json)$/;
const SMALLEST = 512;

async function compress(folder) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    if (bytes.length < SMALLEST) continue;
    await writeFile(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    await writeFile(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

for (const page of PAGES) {
  await build({ mode: page, logLevel: "warn" });
  await compress(`dist/${page}`);
}
