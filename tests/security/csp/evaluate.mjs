// The evaluator's findings on the policy given, as JSON.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { CspEvaluator } = require("csp_evaluator/dist/evaluator.js");
const { CspParser } = require("csp_evaluator/dist/parser.js");

const { csp } = new CspParser(process.argv[2]);
const findings = new CspEvaluator(csp).evaluate();
console.log(
  JSON.stringify(
    findings.map(({ severity, directive, description }) => ({ severity, directive, description })),
  ),
);
