// Lists the functions of Ruby files with the parser `prism`.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const prism = pathToFileURL(path.join(process.env.REFERENCES, "node_modules", "@ruby", "prism", "src", "index.js"));
const { loadPrism } = await import(prism);
const parse = await loadPrism();

function functions(file) {
  const bytes = fs.readFileSync(file);
  const source = bytes.toString("utf8");
  let result;
  try {
    result = parse(source);
  } catch {
    return null;
  }
  if (result.errors.length > 0) return null;
  const starts = [0];
  bytes.forEach((byte, at) => { if (byte === 10) starts.push(at + 1); });
  const line = (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= offset) low = middle; else high = middle;
    }
    return low + 1;
  };
  const lines = ({ location }) => [line(location.startOffset), line(location.startOffset + location.length - 1)];
  const textOf = ({ location }) =>
    bytes.subarray(location.startOffset, location.startOffset + location.length).toString("utf8");
  const found = [];

  function visit(node, scope, parents) {
    const kind = node.constructor.name;
    let inner = scope;
    if (kind === "DefNode") {
      const own = node.name;
      let prefix = scope.name;
      let local = own;
      let separator = scope.method ? "::" : scope.singleton ? "." : "#";
      if (node.receiver) {
        const receiver = textOf(node.receiver);
        const last = prefix.split("::").at(-1);
        if (receiver !== "self" && receiver !== last && receiver !== scope.own) {
          prefix = prefix ? `${prefix}::${receiver}` : receiver;
          local = `${receiver}.${own}`;
        }
        separator = ".";
      }
      const name = prefix ? prefix + separator + own : own;
      found.push({ name, own, lines: [lines(node)] });
      // Scopes are joined by `::`, the methods among them too.
      const isAbsolute = own.startsWith("::");
      if (isAbsolute) inner = { name: own.slice(2), own: own.slice(2) };
      else inner = { name: scope.name ? `${scope.name}${scope.singleton ? "." : "::"}${local}` : local, own, method: true };
    } else if (kind === "ClassNode" || kind === "ModuleNode") {
      const own = textOf(node.constantPath);
      const isAbsolute = own.startsWith("::");
      if (isAbsolute) inner = { name: own.slice(2), own: own.slice(2) };
      else inner = { name: scope.name ? `${scope.name}${scope.singleton ? "." : "::"}${own}` : own, own };
    } else if (kind === "SingletonClassNode") {
      inner = { ...scope, singleton: true };
    } else if (kind === "BlockNode" || kind === "LambdaNode") {
      const spans = [lines(node)];
      for (const parent of [...parents].reverse()) {
        if (/Statements|Program|Def|Class|Module/.test(parent.constructor.name)) break;
        spans.push(lines(parent));
      }
      found.push({ name: null, lines: spans });
    }
    const before = found.length;
    for (const child of node.compactChildNodes()) visit(child, inner, [...parents, node]);
    // What is in a block is named by what calls it, which is ours to choose.
    if (kind === "BlockNode" || kind === "LambdaNode") {
      for (const one of found.slice(before)) if (one.name) [one.name, one.suffix] = [one.own, true];
    }
  }
  visit(result.value, { name: "", own: "" }, []);
  return found;
}

for (const file of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  console.log(JSON.stringify(functions(file)));
}
