// Shows code: hidden characters made visible, syntax, and changes. Everything here builds text
// nodes, since the code may be an attack and must never be parsed as markup.

/** Makes an element with a class and children, which are elements or text. */
const make = (name, className, ...children) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
};

/** Characters that act without being seen, as in `escape.rs`, except tabs and line feeds. */
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/gu;

/** Appends text, with hidden characters as escapes that look different from text. */
const put = (parent, text) => {
  let from = 0;
  for (const { 0: c, index } of text.matchAll(HIDDEN)) {
    parent.append(text.slice(from, index));
    const hex = c.codePointAt(0).toString(16);
    const escape = make("span", "esc", `\\u{${hex}}`);
    escape.title = `U+${hex.toUpperCase().padStart(4, "0")}`;
    parent.append(escape);
    from = index + c.length;
  }
  parent.append(text.slice(from));
  return parent;
};

const KEYWORDS = new Set(("abstract and as assert async await begin bool boolean break byte case catch char class " +
  "const continue def default defer del delete do done double echo elif else elsif end ensure enum esac except export " +
  "extends extern false fi final finally float fn for foreach from func function global go goto if impl implements " +
  "import in instanceof int interface is lambda let local long loop match mod module mut my namespace native new next " +
  "nil nonlocal not null nullptr None or our package pass private protected pub public raise require rescue return " +
  "self short signed sizeof static string struct sub super switch template then this throw throws trait True False " +
  "true try type typedef typeof undef union unless unsafe unsigned until use using val var virtual void volatile when " +
  "where while with yield").split(" "));

const SLASHES = String.raw`\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)`;
const HASH = String.raw`#[^\n]*`;
const DASHES = String.raw`--[^\n]*`;
const COMMENTS = {
  python: HASH, ruby: HASH, perl: HASH, shell: HASH, php: `${SLASHES}|${HASH}`, sql: `${DASHES}|${SLASHES}`, lua: DASHES,
};
const STRINGS = String.raw`"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?|${"`"}(?:\\[^]|[^${"`"}\\])*${"`"}?`;

/** Splits code into lines, each a list of tokens: text and class. */
const highlight = (code, language) => {
  const token = new RegExp(`(${COMMENTS[language] ?? SLASHES})|(${STRINGS})|(\\b\\d[\\w.]*)|([A-Za-z_$][\\w$]*)`, "g");
  const lines = [[]];
  const add = (text, kind) => text.split("\n").forEach((line, n) => {
    if (n > 0) lines.push([]);
    if (line) lines.at(-1).push([line, kind]);
  });
  let from = 0;
  for (const match of code.matchAll(token)) {
    const kind = match[1] ? "c" : match[2] ? "s" : match[3] ? "d" : KEYWORDS.has(match[4]) ? "k" : "";
    if (!kind) continue;
    add(code.slice(from, match.index), "");
    add(match[0], kind);
    from = match.index + match[0].length;
  }
  add(code.slice(from), "");
  return lines;
};

const words = (line) => line.match(/\w+|\s+|[^]/gu) ?? [];

/** Most pairs of words that are compared; longer lines are marked from the first to the last change. */
const COMPARED = 40000;

/** Compares a line with its replacement: returns the ranges that differ, or none if little is the same. */
const differing = (before, after) => {
  const [a, b] = [words(before), words(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const [rows, columns] = [a.length - head - tail, b.length - head - tail];
  const same = [new Set(), new Set()];
  if (rows * columns <= COMPARED) {
    // Longest common subsequence of the words in between.
    const best = Array.from({ length: rows + 1 }, () => new Uint16Array(columns + 1));
    for (let i = rows - 1; i >= 0; i -= 1) {
      for (let j = columns - 1; j >= 0; j -= 1) {
        best[i][j] = a[head + i] === b[head + j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
      }
    }
    for (let i = 0, j = 0; i < rows && j < columns;) {
      if (a[head + i] === b[head + j]) {
        same[0].add(head + i++);
        same[1].add(head + j++);
      } else if (best[i + 1][j] >= best[i][j + 1]) i += 1;
      else j += 1;
    }
  }
  const ranges = [a, b].map((line, side) => {
    const found = [];
    let at = 0;
    let kept = 0;
    line.forEach((word, n) => {
      const is_same = n < head || n >= line.length - tail || same[side].has(n);
      if (is_same) kept += word.trim().length;
      else if (found.at(-1)?.[1] === at) found.at(-1)[1] += word.length;
      else found.push([at, at + word.length]);
      at += word.length;
    });
    return { found, kept, length: line.join("").replace(/\s/g, "").length };
  });
  const little = ranges.every(({ kept, length }) => kept * 3 < length);
  return ranges.map(({ found }) => (little ? [] : found));
};

/** Builds a line of code from tokens, with these ranges marked. */
const codeLine = (pieces, ranges = [], mark = "") => {
  const line = make("code");
  let at = 0;
  for (const [text, kind] of pieces) {
    const cuts = [0, text.length];
    for (const range of ranges) for (const end of range) if (end > at && end < at + text.length) cuts.push(end - at);
    cuts.sort((x, y) => x - y);
    for (let n = 1; n < cuts.length; n += 1) {
      const [from, to] = [cuts[n - 1], cuts[n]];
      if (from === to) continue;
      const marked = ranges.some((range) => range[0] <= at + from && at + to <= range[1]);
      const name = marked ? mark : "span";
      const part = text.slice(from, to);
      if (marked || kind) line.append(put(make(name, kind), part));
      else put(line, part);
    }
    at += text.length;
  }
  return line;
};

/** Returns the code after the fix, made of the code before and the changes. */
const afterOf = (before, changes) => {
  const lines = before.split("\n");
  const after = [];
  let at = 0;
  for (const [start, removed, added] of changes) {
    after.push(...lines.slice(at, start), ...added);
    at = start + removed;
  }
  return [...after, ...lines.slice(at)].join("\n");
};

/** Returns pairs of line numbers that go side by side, from 0; null where a side has no line. */
const aligned = (count, changes) => {
  const rows = [];
  let [before, after] = [0, 0];
  const same = (until) => {
    while (before < until) rows.push({ before: before++, after: after++, changed: false });
  };
  for (const [start, removed, added] of changes) {
    same(start);
    for (let n = 0; n < Math.max(removed, added.length); n += 1) {
      rows.push({
        before: n < removed ? before++ : null,
        after: n < added.length ? after++ : null,
        changed: true,
      });
    }
  }
  same(count);
  return rows;
};
