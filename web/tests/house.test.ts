/** Rules of the house that a reader of one file cannot see. */
import { readdirSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import en from "@/lib/messages/en.json";

const SRC = resolve("src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => resolve(SRC, name));
const short = (file: string) => relative(SRC, file);
const parse = (file: string) =>
  ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);

/** Attributes whose value a person reads or hears. */
const SPOKEN = new Set([
  "aria-label",
  "title",
  "placeholder",
  "alt",
  "label",
  "description",
  "text",
]);
const WORDS = /\p{L}{2,}/u;

function literals(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && WORDS.test(node.text)) found.push(node.text.trim());
    if (
      ts.isJsxAttribute(node) &&
      SPOKEN.has(node.name.getText()) &&
      node.initializer &&
      ts.isStringLiteral(node.initializer) &&
      WORDS.test(node.initializer.text)
    ) {
      found.push(node.initializer.text);
    }
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteral(node.expression)) {
      if (!ts.isJsxAttribute(node.parent) && WORDS.test(node.expression.text)) {
        found.push(node.expression.text);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(file));
  return found;
}

describe("words", () => {
  test.each(files.filter((file) => file.endsWith(".tsx")).map((file) => [short(file), file]))(
    "%s has no literal text",
    (_, file) => expect(literals(file)).toEqual([]),
  );

  test("every key that is written out stands in the catalogue", () => {
    const missing: string[] = [];
    const has = (key: string) => {
      const [parent, last] = [key.split(".").slice(0, -1), key.split(".").pop() ?? ""];
      let at: unknown = en;
      for (const part of parent) at = (at as Record<string, unknown> | undefined)?.[part];
      const here = (at ?? {}) as Record<string, unknown>;
      return typeof here[last] === "string" || typeof here[`${last}_other`] === "string";
    };
    for (const file of files) {
      for (const [, key] of readFileSync(file, "utf8").matchAll(/\bt\(\s*"([a-z_.]+)"/g)) {
        if (key && !has(key)) missing.push(`${short(file)}: ${key}`);
      }
    }
    expect(missing).toEqual([]);
  });
});

describe("layers", () => {
  const LAYERS = ["ui", "lib", "sync", "room", "features", "app"];
  const MAY: Record<string, string[]> = {
    lib: ["lib"],
    sync: ["sync"],
    ui: ["ui", "lib"],
    room: ["room", "ui", "lib", "sync"],
    features: ["features", "room", "ui", "lib", "sync"],
    app: LAYERS,
  };
  const inside = files.filter((file) => short(file).includes("/"));

  test.each(inside.map((file) => [short(file), file]))(
    "%s imports downwards only",
    (name, file) => {
      const [layer = "", feature] = name.split("/");
      const imports = [...readFileSync(file, "utf8").matchAll(/from "(?:@\/)([^"]+)"/g)];
      for (const [, target = ""] of imports) {
        const [to = "", toFeature] = target.split("/");
        expect(MAY[layer]).toContain(to);
        if (layer === "features" && to === "features") expect(toFeature).toBe(feature);
      }
    },
  );

  test("the pure part knows no clock, no network and no page", () => {
    for (const file of files.filter((each) => short(each).startsWith("sync/"))) {
      expect(readFileSync(file, "utf8")).not.toMatch(
        /\b(window\.|document\.|fetch\(|setTimeout|setInterval|Date\.now|performance\.now|Math\.random)/,
      );
    }
  });

  test("only element.ts steers the video element, only connection.ts speaks Socket.IO", () => {
    for (const file of files) {
      const text = readFileSync(file, "utf8");
      if (!short(file).endsWith("player/element.ts")) {
        expect(text, short(file)).not.toMatch(/\.(playbackRate|preservesPitch)\b|\.currentTime = /);
      }
      if (!short(file).startsWith("room/connection.ts")) {
        expect(text, short(file)).not.toMatch(/from "socket\.io-client"/);
      }
    }
  });
});
