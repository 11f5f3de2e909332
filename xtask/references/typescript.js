// Lists the functions of JavaScript and TypeScript files with the compiler of TypeScript.
"use strict";
const fs = require("fs");
const path = require("path");
const ts = require(path.join(process.env.REFERENCES, "node_modules", "typescript"));
const K = ts.SyntaxKind;

const KINDS = { js: ts.ScriptKind.JSX, jsx: ts.ScriptKind.JSX, mjs: ts.ScriptKind.JSX, cjs: ts.ScriptKind.JSX,
  tsx: ts.ScriptKind.TSX };
// Around a value, without a meaning of its own.
const TRANSPARENT = new Set([K.ParenthesizedExpression, K.AsExpression, K.SatisfiesExpression, K.NonNullExpression,
  K.AwaitExpression]);
const AROUND = new Set([...TRANSPARENT, K.VariableDeclaration, K.VariableDeclarationList, K.VariableStatement,
  K.BinaryExpression, K.ExpressionStatement, K.ExportAssignment, K.PropertyAssignment, K.PropertyDeclaration,
  K.CallExpression, K.NewExpression]);

function functions(file) {
  const text = fs.readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true,
    KINDS[path.extname(file).slice(1)] ?? ts.ScriptKind.TS);
  if (source.parseDiagnostics.length > 0) return null;
  const found = [];
  const line = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const lines = (node) => [line(node.getStart(source)), line(node.end - 1)];
  const textOf = (node) => text.slice(node.getStart(source), node.end).replace(/\s+/g, " ").trim();
  const nameText = (name) => ts.isStringLiteral(name) ? name.text : textOf(name);
  const targetText = (node) => textOf(node).replace(/^this\./, "");

  // The name that the code around a value gives it.
  function bound(node) {
    let at = node.parent;
    let value = node;
    while (at && TRANSPARENT.has(at.kind)) [value, at] = [at, at.parent];
    if (!at) return null;
    if (ts.isVariableDeclaration(at) && at.initializer === value) return textOf(at.name);
    if (ts.isPropertyAssignment(at) && at.initializer === value) return nameText(at.name);
    if (ts.isPropertyDeclaration(at) && at.initializer === value) return nameText(at.name);
    if (ts.isBinaryExpression(at) && at.right === value && at.operatorToken.kind >= K.FirstAssignment
      && at.operatorToken.kind <= K.LastAssignment) return targetText(at.left);
    if (ts.isExportAssignment(at)) return at.isExportEquals ? null : "default";
    return null;
  }

  function spans(node) {
    const all = [lines(node)];
    for (let at = node; at.parent && AROUND.has(at.parent.kind); at = at.parent) all.push(lines(at.parent));
    return all;
  }

  function visit(node, scope) {
    // A decorator belongs to what it decorates, with all that is in it.
    if (ts.isDecorator(node)) return;
    let inner = scope;
    if (ts.isFunctionLike(node) && node.body) {
      const expression = ts.isFunctionExpression(node) || ts.isArrowFunction(node);
      let name = expression ? bound(node) ?? (node.name && textOf(node.name)) : null;
      if (!expression) {
        name = ts.isConstructorDeclaration(node) ? "constructor" : node.name ? nameText(node.name) : null;
        if (!name && ts.isFunctionDeclaration(node)) name = "default";
      }
      if (name) inner = [...scope, name];
      found.push({ name: name ? inner.join(".") : null, own: name, lines: spans(node) });
      if (!name) inner = null;
    } else if (ts.isClassLike(node)) {
      const name = node.name ? textOf(node.name) : bound(node);
      if (name) inner = [...scope, name];
    } else if (ts.isModuleDeclaration(node)) {
      inner = [...scope, nameText(node.name)];
    } else if (ts.isObjectLiteralExpression(node)) {
      const name = bound(node);
      if (name) inner = [...scope, name];
    }
    // What a callback contains is named by what calls it, which is ours to choose.
    if (inner === null) {
      const before = found.length;
      ts.forEachChild(node, (child) => visit(child, scope));
      for (const one of found.slice(before)) if (one.name) [one.name, one.suffix] = [one.own, true];
      return;
    }
    ts.forEachChild(node, (child) => visit(child, inner));
  }
  visit(source, []);
  return found;
}

for (const file of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  console.log(JSON.stringify(functions(file)));
}
