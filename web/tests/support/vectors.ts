import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** The vectors that Python runs too. Tests run in `web/`. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(resolve("../protocol/vectors", `${name}.json`), "utf8")) as T;
}
