// The samples: filters, the list, and one sample at a time.

const PAGE = 50;
const CONTEXT = 6;
const FIELDS = ["vulnerability_type", "language", "severity", "collector", "kind"];
const SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "NONE", "unknown"];
const NARROW = 900;
const $ = (id) => document.getElementById(id);

/** Fields of a sample, in the order of interest; all other fields come after them. */
const ORDER = ["description", "advisory_ids", "cwes", "cvss_score", "cvss_vector", "published_date", "source",
  "repository", "commit", "commit_message", "commit_date", "parent_commit", "path_before", "path_after", "licence",
  "label_confidence", "label_evidence", "quality_flags"];
const SAID = new Set(["vulnerable_code", "fixed_code", "changes", "cut", "function", "vulnerability_type", "severity",
  "language", "kind", "level", "collector", "start_line_before", "end_line_before", "start_line_after",
  "end_line_after", "cvss_version"]);

/** Shows text as a link if it is an address that may be followed from here, else as text. */
const linked = (text) => {
  if (!/^https?:\/\/[!-~]+$/i.test(text) || !URL.canParse(text)) return put(make("span"), text);
  const link = put(make("a"), text);
  link.href = text;
  link.rel = "noreferrer noopener";
  link.target = "_blank";
  return link;
};

const facts = (sample) => {
  const lines = (side) => {
    const [start, end] = [sample[`start_line_${side}`], sample[`end_line_${side}`]];
    return start ? `, lines ${start} to ${end ?? start}` : "";
  };
  const list = make("dl", "facts");
  const names = [...ORDER, ...Object.keys(sample).filter((name) => !ORDER.includes(name) && !SAID.has(name))];
  for (const name of names) {
    if (!(name in sample) || (name === "path_after" && sample.path_after === sample.path_before)) continue;
    const value = make("dd");
    for (const part of [sample[name]].flat()) value.append(linked(String(part)), " ");
    if (name === "path_before") value.append(lines("before"));
    if (name === "path_after") value.append(lines("after"));
    list.append(make("div", "", make("dt", "", name.replaceAll("_", " ")), value));
  }
  return list;
};

const number = (line) => make("td", "no", line === null ? "" : String(line));
const side = (sign, line, className) => {
  const signs = { "-": ["−", "removed: "], "+": ["+", "added: "] }[sign];
  const cell = make("td", className);
  if (signs) {
    const shown = make("span", "sign", signs[0]);
    shown.ariaHidden = "true";
    cell.append(shown, make("span", "unseen", signs[1]));
  }
  if (line) cell.append(line);
  return cell;
};

/** Builds the rows of a difference, side by side or one below the other; long equal parts are folded. */
const differenceRows = (sample, beside) => {
  const { vulnerable_code: before, changes, language } = sample;
  const after = afterOf(before, changes);
  const lines = [highlight(before, language), highlight(after, language)];
  const texts = [before.split("\n"), after.split("\n")];
  const first = [sample.start_line_before ?? 1, sample.start_line_after ?? 1];
  const at = (which, line) => (line === null ? null : first[which] + line);
  const rows = [];
  const row = (...cells) => make("tr", "", ...cells);
  let late = [];
  const flush = () => {
    rows.push(...late);
    late = [];
  };
  for (const { before: b, after: a, changed } of aligned(texts[0].length, changes)) {
    if (!changed) {
      flush();
      const cells = beside
        ? [number(at(0, b)), side(" ", codeLine(lines[0][b])), number(at(1, a)), side(" ", codeLine(lines[1][a]))]
        : [number(at(0, b)), number(at(1, a)), side(" ", codeLine(lines[0][b]))];
      const same = row(...cells);
      same.className = "same";
      rows.push(same);
      continue;
    }
    const [gone, come] = b !== null && a !== null ? differing(texts[0][b], texts[1][a]) : [[], []];
    const removed = b === null ? null : codeLine(lines[0][b], gone, "del");
    const added = a === null ? null : codeLine(lines[1][a], come, "ins");
    if (beside) {
      rows.push(row(number(at(0, b)), side(removed && "-", removed, removed ? "gone" : "void"),
        number(at(1, a)), side(added && "+", added, added ? "come" : "void")));
    } else {
      if (removed) rows.push(row(number(at(0, b)), number(null), side("-", removed, "gone")));
      if (added) late.push(row(number(null), number(at(1, a)), side("+", added, "come")));
    }
  }
  flush();
  return folded(rows, beside ? 4 : 3);
};

const folded = (rows, columns) => {
  const shown = [];
  for (let n = 0; n < rows.length;) {
    let end = n;
    while (rows[end]?.className === "same") end += 1;
    const [from, to] = [n === 0 ? 0 : n + CONTEXT, end === rows.length ? end : end - CONTEXT];
    if (to - from > CONTEXT && end < rows.length + (n > 0)) {
      const hidden = rows.slice(from, to);
      const button = make("button", "fold", `${hidden.length} unchanged lines`);
      button.type = "button";
      const cell = make("td", "", button);
      cell.colSpan = columns;
      const row = make("tr", "", cell);
      button.addEventListener("click", () => row.replaceWith(...hidden));
      shown.push(...rows.slice(n, from), row, ...rows.slice(to, end));
    } else {
      shown.push(...rows.slice(n, end));
    }
    if (end < rows.length) shown.push(rows[end]);
    n = end + 1;
  }
  return shown;
};

const codeTable = (sample, beside) => {
  const body = make("tbody");
  const table = make("table", `code ${sample.changes && beside ? "beside" : "below"}`);
  // A head spans two columns, so their widths are set apart from it.
  const columns = !sample.changes ? ["no", ""] : beside ? ["no", "", "no", ""] : ["no", "no", ""];
  table.append(make("colgroup", "", ...columns.map((name) => make("col", name))));
  const caption = make("caption", "unseen", sample.changes ? "Code before and after the fix" : "Code");
  const heads = (...titles) => {
    const row = make("tr");
    for (const [title, span] of titles) {
      const cell = make("th", "", title);
      cell.colSpan = span;
      cell.scope = "col";
      row.append(cell);
    }
    return make("thead", "", row);
  };
  if (sample.changes) {
    body.append(...differenceRows(sample, beside));
    table.prepend(caption);
    table.append(beside ? heads(["Before the fix", 2], ["After the fix", 2])
      : heads(["Before", 1], ["After", 1], ["Code", 1]), body);
    return table;
  }
  const isFixed = sample.vulnerable_code === undefined;
  const first = (isFixed ? sample.start_line_after : sample.start_line_before) ?? 1;
  const lines = highlight(sample.vulnerable_code ?? sample.fixed_code ?? "", sample.language);
  body.append(...lines.map((line, n) => make("tr", "", number(first + n), side(" ", codeLine(line)))));
  const title = isFixed ? "Code after the fix" : sample.kind === "exploit" ? "Exploit code" : "Vulnerable code";
  table.prepend(caption);
  table.append(heads([title, 2]), body);
  return table;
};

const browser = () => {
  const index = JSON.parse($("index").textContent);
  const parts = document.querySelectorAll("script.part");
  const read = new Map();
  const samplesOf = (part) => {
    if (!read.has(part)) read.set(part, JSON.parse(parts[part].textContent));
    return read.get(part);
  };
  const sampleAt = (n) => samplesOf(Math.floor(n / index.part))[n % index.part];
  const haystacks = new Map();
  const haystacksOf = (part) => {
    if (!haystacks.has(part)) {
      haystacks.set(part, samplesOf(part).map((sample) =>
        [Object.values(sample), sample.changes ? afterOf(sample.vulnerable_code, sample.changes) : ""]
          .flat(Infinity).join("\n").toLowerCase()));
    }
    return haystacks.get(part);
  };

  const selects = FIELDS.map((field) => document.querySelector(`select[data-field=${field}]`));
  selects.forEach((select, place) => {
    const names = index.names[FIELDS[place]];
    const counts = names.map(() => 0);
    for (const [numbers] of index.samples) counts[numbers[place]] += 1;
    const order = names.map((_, n) => n).sort((a, b) => (FIELDS[place] === "severity"
      ? SEVERITIES.indexOf(names[a]) - SEVERITIES.indexOf(names[b]) : counts[b] - counts[a]));
    select.append(new Option("all", ""));
    for (const n of order) {
      const label = put(make("span"), names[n]).textContent;
      select.append(new Option(`${label} (${counts[n].toLocaleString("en")})`, String(n)));
    }
  });

  let matches = [];
  let active = 0;
  let search = 0;

  const say = () => {
    const [n, all] = [matches.length, index.samples.length].map((count) => count.toLocaleString("en"));
    const samples = index.samples.length === 1 ? "sample" : "samples";
    $("count").textContent = `${n} of ${all} ${samples} ${matches.length === 1 ? "matches" : "match"}.`;
  };

  const show = () => {
    const start = Math.floor(active / PAGE) * PAGE;
    const rows = matches.slice(start, start + PAGE).map((n, offset) => {
      const [numbers, place, advisory] = index.samples[n];
      const [type, language, severity, collector, kind] = numbers.map((value, field) => index.names[FIELDS[field]][value]);
      const button = put(make("button", "open"), place || `sample ${n + 1}`);
      button.type = "button";
      button.tabIndex = start + offset === active ? 0 : -1;
      button.addEventListener("click", () => open(start + offset));
      const head = make("th", "", button);
      head.scope = "row";
      const level = put(make("span", `severity ${SEVERITIES.includes(severity) ? severity : ""}`), severity);
      const cells = [type, level, language, kind, collector, advisory]
        .map((value) => (value === level ? make("td", "", level) : put(make("td"), value)));
      return make("tr", "", head, ...cells);
    });
    $("list").tBodies[0].replaceChildren(...rows);
    const pages = Math.max(1, Math.ceil(matches.length / PAGE));
    $("page").textContent = `Page ${Math.floor(active / PAGE) + 1} of ${pages}`;
    $("back").disabled = start === 0;
    $("forth").disabled = start + PAGE >= matches.length;
  };

  const filter = async () => {
    search += 1;
    const mine = search;
    const wanted = selects.map((select) => (select.value === "" ? null : Number(select.value)));
    const text = $("text").value.trim().toLowerCase();
    const found = [];
    for (let n = 0; n < index.samples.length; n += 1) {
      if (text && n % (8 * index.part) === 0 && n > 0) {
        // Give the browser a turn every few parts, so that the search does not hold up typing.
        await new Promise((resume) => setTimeout(resume));
        if (mine !== search) return;
      }
      const [numbers] = index.samples[n];
      if (!wanted.every((value, field) => value === null || numbers[field] === value)) continue;
      if (text && !haystacksOf(Math.floor(n / index.part))[n % index.part].includes(text)) continue;
      found.push(n);
    }
    matches = found;
    active = 0;
    show();
    say();
  };

  const buttons = () => $("list").querySelectorAll("button.open");
  const select = (n) => {
    if (n < 0 || n >= matches.length) return;
    const turns = Math.floor(n / PAGE) !== Math.floor(active / PAGE);
    active = n;
    if (turns) show();
    buttons().forEach((button, place) => { button.tabIndex = place === n % PAGE ? 0 : -1; });
    buttons()[n % PAGE].focus();
  };

  const dialog = $("sample");
  let beside = innerWidth > NARROW;
  const fill = () => {
    const sample = sampleAt(matches[active]);
    const place = [sample.function, sample.path_before ?? sample.path_after].filter(Boolean).join(" · ");
    $("sample-title").replaceChildren(put(make("span"), place || `Sample ${matches[active] + 1}`));
    const tags = make("p", "tags");
    for (const value of [sample.vulnerability_type ?? "unknown type", sample.severity, sample.language, sample.kind, sample.level, sample.collector]) {
      if (value) tags.append(put(make("span", `tag ${SEVERITIES.includes(value) ? `severity ${value}` : ""}`), value));
    }
    const body = dialog.querySelector(".body");
    body.replaceChildren(tags, codeTable(sample, beside));
    const cut = Object.entries(sample.cut ?? {}).map(([name, size]) => `${name.replace("_", " ")} has ${size.toLocaleString("en")} bytes`);
    if (cut.length) body.append(make("p", "hint", `Only the beginning is shown: ${cut.join(", ")}.`));
    body.append(facts(sample));
    body.scrollTop = 0;
    $("layout").textContent = beside ? "One below the other" : "Side by side";
    $("layout").hidden = !sample.changes;
    $("before").disabled = active === 0;
    $("after").disabled = active + 1 >= matches.length;
  };
  const open = (n) => {
    if (n < 0 || n >= matches.length) return;
    select(n);
    fill();
    if (!dialog.open) dialog.showModal();
    dialog.querySelector(".body").focus();
  };
  const turn = () => {
    beside = !beside;
    fill();
  };
  const move = (by) => {
    if (!dialog.open) return select(buttons()[active % PAGE] === document.activeElement ? active + by : active);
    if (matches[active + by] === undefined) return undefined;
    active += by;
    return fill();
  };
  dialog.addEventListener("close", () => {
    show();
    select(active);
  });

  let typing;
  $("text").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(filter, 150);
  });
  selects.forEach((select) => select.addEventListener("change", filter));
  const reset = () => {
    selects.forEach((select) => { select.value = ""; });
    $("text").value = "";
  };
  const on = (id, act) => $(id).addEventListener("click", act);
  on("reset", () => { reset(); filter(); });
  on("back", () => { active = Math.max(0, Math.floor(active / PAGE) * PAGE - PAGE); show(); });
  on("forth", () => { active = Math.floor(active / PAGE) * PAGE + PAGE; show(); });
  on("close", () => dialog.close());
  on("before", () => move(-1));
  on("after", () => move(1));
  on("layout", turn);
  on("help", () => $("keys").showModal());
  on("keys-close", () => $("keys").close());
  for (const bar of document.querySelectorAll("a.bar[data-filter]")) {
    bar.addEventListener("click", () => {
      const place = FIELDS.indexOf(bar.dataset.filter);
      const n = index.names[bar.dataset.filter].findIndex((name) => put(make("span"), name).textContent === bar.dataset.value);
      reset();
      if (n >= 0) selects[place].value = String(n);
      filter();
    });
  }
  document.addEventListener("keydown", (event) => {
    const typed = event.target.closest("input, select, textarea");
    if (event.ctrlKey || event.metaKey || event.altKey || typed || $("keys").open) return;
    const inList = event.target.closest("#list") !== null;
    const acts = {
      j: () => move(1), k: () => move(-1), s: () => dialog.open && !$("layout").hidden && turn(), "?": () => $("keys").showModal(),
      "/": () => dialog.open || $("text").focus(),
      ...(inList && { ArrowDown: () => move(1), ArrowUp: () => move(-1) }),
    };
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]();
  });
  $("browser").hidden = false;
  filter();
};

if ($("index")) browser();
