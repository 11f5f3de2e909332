// Lists the functions of PHP files with the parser `php-parser`.
"use strict";
const fs = require("fs");
const path = require("path");
const { Engine } = require(path.join(process.env.REFERENCES, "node_modules", "php-parser"));

const engine = new Engine({ parser: { extractDoc: false, version: "8.4" }, ast: { withPositions: true } });
const CLASSES = new Set(["class", "interface", "trait", "enum"]);
// Around a closure, without a scope of its own.
const AROUND = new Set(["assign", "expressionstatement", "call", "new", "entry", "array", "return", "parenthesis"]);

function functions(file) {
  let tree;
  try {
    tree = engine.parseCode(fs.readFileSync(file, "utf8"), path.basename(file));
  } catch {
    return null;
  }
  if (tree.errors.length > 0) return null;
  const found = [];
  const lines = (node) => [node.loc.start.line, node.loc.end.line];
  const nameOf = (node) => typeof node.name === "string" ? node.name : node.name?.name;

  function visit(node, scope, parents) {
    let inner = scope;
    const name = nameOf(node);
    const separator = scope.length > 0 ? (scope.at(-1).namespace ? "\\" : "::") : "";
    const whole = scope.map((part, at) => part.name + (at + 1 < scope.length ? (part.namespace ? "\\" : "::") : ""))
      .join("") + separator;
    if ((node.kind === "function" || node.kind === "method") && node.body) {
      const [first, last] = lines(node);
      const attributes = (node.attrGroups ?? []).map((group) => group.loc.start.line);
      // The parser starts a method at its name in some versions: both are its first line.
      found.push({ name: whole + name, lines: [[Math.min(first, ...attributes), last]] });
      inner = [...scope, { name }];
    } else if (node.kind === "closure" || node.kind === "arrowfunc") {
      const spans = [lines(node)];
      for (let at = parents.length - 1; at >= 0 && AROUND.has(parents[at].kind); at--) spans.push(lines(parents[at]));
      found.push({ name: null, lines: spans });
      inner = null;
    } else if (CLASSES.has(node.kind)) {
      if (name) inner = [...scope, { name }];
      else inner = null;
    } else if (node.kind === "namespace") {
      // Of the global namespace, the name is `[""]`.
      inner = String(node.name) ? [...scope, { name: node.name, namespace: true }] : scope;
    }
    const before = found.length;
    for (const [key, value] of Object.entries(node)) {
      if (key === "loc" || key === "leadingComments" || key === "trailingComments") continue;
      for (const child of Array.isArray(value) ? value : [value]) {
        if (child && typeof child.kind === "string") visit(child, inner ?? [], [...parents, node]);
      }
    }
    // What is in a closure or in a nameless class is named by what is around that, which is ours to choose.
    if (inner === null) for (const one of found.slice(before)) if (one.name) one.suffix = true;
  }
  visit(tree, [], []);
  return found;
}

for (const file of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  console.log(JSON.stringify(functions(file)));
}
