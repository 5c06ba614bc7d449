// Writes ui/api/*.d.ts from the OpenAPI documents beside them; with --check, only says whether they are the same.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import { format, resolveConfig } from "prettier";

const isCheck = process.argv.includes("--check");
const drifted = [];
for (const program of ["desk", "orchestrator"]) {
  const file = `ui/api/${program}.d.ts`;
  const document = JSON.parse(await readFile(`ui/api/${program}.json`, "utf-8"));
  const text = `// Made by "make types" from ${program}.json.\n${astToString(await openapiTS(document))}`;
  const made = await format(text, { ...(await resolveConfig(file)), filepath: file });
  if (!isCheck) await writeFile(file, made);
  else if ((await readFile(file, "utf-8").catch(() => "")) !== made) drifted.push(file);
}
if (drifted.length) {
  console.error(`${drifted.join(", ")}: not what the OpenAPI document says. Run "make types".`);
  process.exit(1);
}
