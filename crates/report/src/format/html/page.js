// The page around the samples: theme, sorting, the chart, copying, printing.

const THEMES = ["system", "light", "dark"];
{
  const button = $("theme");
  button.hidden = false;
  let theme = 0;
  button.addEventListener("click", () => {
    theme = (theme + 1) % THEMES.length;
    document.documentElement.dataset.theme = THEMES[theme];
    button.textContent = `Theme: ${THEMES[theme]}`;
  });
}

/** Returns the sort key of a cell: its number, or its text. */
const sortKey = (cell) => {
  const figure = cell?.querySelector("data");
  return figure ? Number(figure.value) : cell?.textContent.trim() ?? "";
};

const compare = (a, b) => {
  const figures = [a, b].map((key) => typeof key === "number");
  if (figures[0] !== figures[1]) return figures[0] ? -1 : 1;
  return figures[0] ? b - a : a.localeCompare(b);
};

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = make("button", "sort", ...head.childNodes);
    button.type = "button";
    head.append(button);
    button.addEventListener("click", () => {
      const turned = head.ariaSort === "descending" || head.ariaSort === "ascending";
      const rows = [...table.tBodies[0].rows];
      const [first] = rows.map((row) => sortKey(row.cells[column]));
      // Numbers start with the highest, text with the first.
      const begins = typeof first === "number" ? "descending" : "ascending";
      const other = begins === "descending" ? "ascending" : "descending";
      const next = turned && head.ariaSort === begins ? other : begins;
      rows.sort((a, b) => compare(sortKey(a.cells[column]), sortKey(b.cells[column])));
      if (next === other) rows.reverse();
      for (const cell of table.tHead.rows[0].cells) cell.ariaSort = null;
      head.ariaSort = next;
      table.tBodies[0].append(...rows);
    });
  });
}

/** Rounds up to a round number, as `chart.rs` does. */
const roundTop = (highest) => {
  const step = 2 * 10 ** Math.floor(Math.log10(Math.max(1, highest)));
  return Math.ceil(Math.max(1, highest) / step) * step;
};

const chart = (figure) => {
  const svg = figure.querySelector(".plot svg");
  const lines = [...svg.querySelectorAll("g")];
  const legend = [...figure.querySelectorAll(".legend li")];
  const rows = $("instants").tBodies[0].rows;
  const slider = $("instant");
  const valueAt = (row, column) => Number(rows[row].cells[column].querySelector("data").value);

  const rescale = () => {
    const isShown = legend.map((entry) => entry.querySelector("input").checked);
    const max = lines.map((line) => Number(line.dataset.max));
    const top = roundTop(Math.max(0, ...max.filter((_, n) => isShown[n])));
    lines.forEach((line, n) => {
      line.setAttribute("transform", `translate(0 1000) scale(1 ${-max[n] / top})`);
      line.setAttribute("visibility", isShown[n] ? "visible" : "hidden");
      legend[n].classList.toggle("off", !isShown[n]);
    });
    [top, top / 2].forEach((value, n) => { figure.querySelectorAll(".y span")[n].textContent = value.toLocaleString("en"); });
  };

  const point = (instant) => {
    const seconds = `${valueAt(instant, 0).toLocaleString("en", { maximumFractionDigits: 3 })} s`;
    figure.querySelector("output").textContent = seconds;
    slider.setAttribute("aria-valuetext", seconds + legend.map((entry, n) =>
      `, ${entry.querySelector("label > span").textContent} ${valueAt(instant, n + 1)}`).join(""));
    legend.forEach((entry, n) => { entry.querySelector(".at b").textContent = valueAt(instant, n + 1).toLocaleString("en"); });
    const x = instant * 1000 / Math.max(1, rows.length - 1);
    svg.querySelector(".cursor").setAttribute("d", `M${x} 0V1000`);
  };

  for (const entry of legend) entry.querySelector("input").addEventListener("change", rescale);
  slider.addEventListener("input", () => point(Number(slider.value)));
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    slider.value = String(Math.round(share * (rows.length - 1)));
    point(Number(slider.value));
  });
  figure.querySelector(".instant").hidden = false;
};
if ($("chart")) chart($("chart"));

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = $(button.dataset.of);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      // Pages from files may not copy; select the text, so that the user can.
      getSelection().selectAllChildren(source);
      button.textContent = "Selected";
    }
  });
}

// Folded parts are unfolded for printing, and folded again afterwards.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});
