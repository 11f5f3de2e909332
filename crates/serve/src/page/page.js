const byId = (id) => document.getElementById(id);
const [drop, file, token, status, list] = ["drop", "file", "token", "status", "findings"].map(byId);

function add(title, detail) {
  // Names of functions and files come from the file: as text they do nothing.
  const item = document.createElement("li");
  const small = document.createElement("small");
  item.textContent = title;
  small.textContent = detail;
  item.append(small);
  list.append(item);
}

async function scan(chosen) {
  list.replaceChildren();
  status.textContent = `Scanning ${chosen.name} …`;
  const headers = token.value ? { Authorization: `Bearer ${token.value}` } : {};
  try {
    const answer = await fetch(`/v1/scan?name=${encodeURIComponent(chosen.name)}`, { method: "POST", body: chosen, headers });
    const result = await answer.json();
    if (!answer.ok) throw new Error(result.error);
    for (const found of result.findings) {
      const name = found.fix.advisories.join(", ") || "a commit without an advisory";
      add(`${found.function} lacks the fix of ${name} (${found.grade}, ${Math.floor(100 * found.similarity)} % alike)`,
        `${found.path}:${found.start_line}; fixed in ${found.fix.path} by commit ${found.fix.commit} of ${found.fix.repository}`);
    }
    for (const fault of result.faults) add("Not scanned", fault);
    status.textContent = `${result.source_files} files scanned, ${result.findings.length} functions lack a known fix.`;
  } catch (error) {
    status.textContent = `Not scanned: ${error.message}`;
  }
}

file.addEventListener("change", () => file.files[0] && scan(file.files[0]));
drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files[0]) scan(event.dataTransfer.files[0]);
});
