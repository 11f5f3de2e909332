// Opens the pages of the HTML report in headless Chromium, over the DevTools protocol on pipes,
// and uses them as a person would. Prints what it saw; fails at the first wrong result.
// Usage: node html.mjs GOLDEN CANCELLED JOBS MANY

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [golden, cancelled, jobs, many] = process.argv.slice(2).map((path) => pathToFileURL(path).href);
const profile = mkdtempSync(join(tmpdir(), "streamguard-page-"));
const chromium = spawn("chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
  "--no-first-run", "--disable-background-networking", `--user-data-dir=${profile}`, "about:blank"],
{ stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const deadline = setTimeout(() => {
  console.log("it took more than two minutes");
  chromium.kill("SIGKILL");
  process.exit(1);
}, 120_000);

let number = 0;
const waiting = new Map();
const listeners = new Set();
let unread = "";
chromium.stdio[4].setEncoding("utf8").on("data", (data) => {
  const messages = (unread + data).split("\0");
  unread = messages.pop();
  for (const message of messages.map((text) => JSON.parse(text))) {
    if (message.id === undefined) listeners.forEach((listen) => listen(message));
    else if (message.error) waiting.get(message.id).reject(new Error(message.error.message));
    else waiting.get(message.id).resolve(message.result);
  }
});
const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
  number += 1;
  waiting.set(number, { resolve, reject });
  chromium.stdio[3].write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
});
const until = async (what, holds) => {
  for (let n = 0; n < 400; n += 1) {
    if (await holds()) return;
    await new Promise((resume) => setTimeout(resume, 25));
  }
  assert.fail(`waited in vain: ${what}`);
};

/** A tab that shows a page, and the errors in it. */
const open = async (url) => {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const wrong = [];
  let loaded = false;
  const listen = ({ method, params, sessionId: from }) => {
    if (from !== sessionId) return;
    if (method === "Page.loadEventFired") loaded = true;
    if (method === "Runtime.exceptionThrown") wrong.push(params.exceptionDetails.exception?.description);
    if (method === "Runtime.consoleAPICalled") wrong.push(`console: ${JSON.stringify(params.args)}`);
    if (method === "Log.entryAdded") wrong.push(`log: ${params.entry.text}`);
    if (method === "Page.javascriptDialogOpening") wrong.push(`dialog: ${params.message}`);
    if (method === "Network.requestWillBeSent" && !/^data:/.test(params.request.url) && params.request.url.split("#")[0] !== url) {
      wrong.push(`request: ${params.request.url}`);
    }
  };
  listeners.add(listen);
  const call = (method, params) => send(method, params, sessionId);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await call(`${domain}.enable`);
  await call("Emulation.setDeviceMetricsOverride", { width: 1280, height: 900, deviceScaleFactor: 1, mobile: false });
  await call("Page.navigate", { url });
  await until("loaded", () => loaded);
  const value = async (expression) => {
    const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    assert.equal(exceptionDetails, undefined, expression);
    return result.value;
  };
  const key = async (name, code = name) => {
    const text = name.length === 1 ? name : name === "Enter" ? "\r" : undefined;
    const codes = { Enter: 13, Escape: 27, ArrowDown: 40, ArrowUp: 38 };
    const event = { key: name, code, text, windowsVirtualKeyCode: codes[name] };
    await call("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", ...event });
    await call("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  };
  const close = async () => {
    await new Promise((resume) => setTimeout(resume, 100));
    listeners.delete(listen);
    assert.deepEqual(wrong, [], url);
    await send("Target.closeTarget", { targetId });
  };
  return { call, value, key, close };
};

const count = `document.getElementById("count").textContent`;
const wide = `document.documentElement.scrollWidth > innerWidth`;
const background = `getComputedStyle(document.body).backgroundColor`;

/** Selects an option of a filter by the start of its label; returns the number in the label. */
const choose = (field, label) => `(() => {
  const select = document.querySelector("select[data-field=${field}]");
  const option = [...select.options].find((option) => option.textContent.startsWith(${JSON.stringify(label)} + " ("));
  select.value = option.value;
  select.dispatchEvent(new Event("change"));
  return option.textContent.match(/\\(([\\d,]+)\\)$/)[1];
})()`;

const filters = async (page) => {
  await until("list", async () => /^64 of 64/.test(await page.value(count)));
  for (const [field, label] of [["vulnerability_type", "sql_injection"], ["language", "c"], ["severity", "HIGH"], ["collector", "repo"], ["kind", "vulnerable"]]) {
    const expected = await page.value(choose(field, label));
    assert.match(await page.value(count), new RegExp(`^${expected} of 64`), field);
    const dataset = await page.value(`Number([...document.querySelectorAll("a.bar[data-filter=${field}]")]
      .find((bar) => bar.dataset.value === "${label}").querySelector("data").value)`);
    assert.equal(dataset, Number(expected), `${field} as counted in the dataset`);
    await page.value(`document.getElementById("reset").click()`);
  }
  await page.value(`document.querySelector('a.bar[data-value="path_traversal"]').click()`);
  assert.doesNotMatch(await page.value(count), /^64 of/);
  await page.value(`document.getElementById("reset").click()`);
  await page.value(`{ const text = document.getElementById("text"); text.value = "REPO_13("; text.dispatchEvent(new Event("input")); }`);
  await until("text found", async () => /^1 of 64/.test(await page.value(count)));
  await page.value(`document.getElementById("reset").click()`);
};

const keyboard = async (page) => {
  await page.key("/");
  assert.equal(await page.value("document.activeElement.id"), "text");
  await page.call("Input.insertText", { text: "repo_12(" });
  await until("typed text found", async () => /^1 of 64/.test(await page.value(count)));
  await page.value(`document.getElementById("reset").click(); document.activeElement.blur()`);
  await page.key("j");
  await page.key("j");
  await page.key("k");
  await page.key("ArrowDown");
  assert.equal(await page.value(`[...document.querySelectorAll("#list .open")].indexOf(document.activeElement)`), 1);
  await page.key("Enter");
  assert.equal(await page.value(`document.getElementById("sample").open`), true);
  await page.key("j");
  await page.key("Escape");
  await until("closed", () => page.value(`!document.getElementById("sample").open`));
  // The page moves the focus when it hears that the dialog was closed, which is after that.
  const focused = `[...document.querySelectorAll("#list .open")].indexOf(document.activeElement)`;
  await until("focus on the sample shown last", async () => (await page.value(focused)) === 2);
  await page.key("?");
  assert.equal(await page.value(`document.getElementById("keys").open`), true);
  await page.key("Escape");
};

const difference = async (page) => {
  await page.value(`document.querySelector("#list .open").click()`);
  const texts = (selector) => page.value(`[...document.querySelectorAll("#sample ${selector}")].map((cell) => cell.textContent)`);
  const [gone, come] = [await texts(".gone"), await texts(".come")];
  assert.equal(gone.length, come.length);
  assert.match(gone.at(-1), /^−removed: .*"select " \+ name/);
  assert.match(come.at(-1), /^\+added: .*"select \?", name/);
  assert.ok((await texts(".gone del")).length > 0 && (await texts(".come ins")).length > 0);
  assert.ok((await texts(".k")).includes("return"));
  assert.ok((await texts("code .esc")).includes("\\u{202e}"));
  const links = await page.value(`[...document.querySelectorAll("#sample a")].map((link) => link.protocol + link.rel)`);
  assert.ok(links.every((link) => link === "https:noreferrer noopener"), links);
  const rows = await page.value(`document.querySelectorAll("#sample table.beside tbody tr").length`);
  await page.value(`document.getElementById("layout").click()`);
  assert.equal(await page.value(`document.querySelectorAll("#sample table.below tbody tr").length`), rows + gone.length);
  await page.value(`document.getElementById("close").click()`);
};

const chart = async (page) => {
  const last = await page.value(`[...document.querySelectorAll(".legend .at b")].at(-1).textContent`);
  await page.value(`{ const slider = document.getElementById("instant"); slider.value = 0; slider.dispatchEvent(new Event("input")); }`);
  assert.notEqual(last, "0");
  assert.equal(await page.value(`[...document.querySelectorAll(".legend .at b")].at(-1).textContent`), "0");
  await page.value(`document.querySelectorAll(".legend input").forEach((box, n) => n > 0 && box.click())`);
  assert.equal(await page.value(`[...document.querySelectorAll(".plot g")].filter((line) => line.getAttribute("visibility") === "hidden").length`),
    await page.value(`document.querySelectorAll(".legend input").length - 1`));
};

const tables = async (page) => {
  const names = `[...document.querySelectorAll("#collectors tbody th")].map((cell) => cell.textContent)`;
  const before = await page.value(names);
  await page.value(`document.querySelector("#collectors .sort").click()`);
  assert.deepEqual(await page.value(names), [...before].sort());
  await page.value(`document.querySelector("#collectors .sort").click()`);
  assert.deepEqual(await page.value(names), [...before].sort().reverse());
  await page.value(`document.querySelectorAll("#collectors .sort")[2].click()`);
  const records = await page.value(`[...document.querySelectorAll("#collectors tbody tr")].map((row) => Number(row.cells[2].querySelector("data").value))`);
  assert.deepEqual(records, [...records].sort((a, b) => b - a));
};

const looks = async (page) => {
  const scheme = (value) => page.call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
  await scheme("light");
  const light = await page.value(background);
  await scheme("dark");
  const dark = await page.value(background);
  assert.notEqual(light, dark);
  await page.value(`document.getElementById("theme").click()`);
  assert.equal(await page.value(background), light, "the button overrules the system");
  for (const width of [1280, 768, 390, 360]) {
    await page.call("Emulation.setDeviceMetricsOverride", { width, height: 800, deviceScaleFactor: 1, mobile: false });
    assert.equal(await page.value(wide), false, `wider than ${width}`);
  }
  await page.value(`document.querySelector("#list .open").click()`);
  assert.equal(await page.value(`(() => { const body = document.querySelector("#sample .body"); return body.scrollWidth > body.clientWidth; })()`), false);
};

try {
  let page = await open(golden);
  await filters(page);
  await keyboard(page);
  await difference(page);
  await chart(page);
  await tables(page);
  await looks(page);
  // Every sample can be opened.
  await page.value(`{ for (let n = 0; n < 64; n += 1) document.getElementById("after").click(); }`);
  await page.close();
  for (const url of [cancelled, jobs]) {
    page = await open(url);
    assert.equal(await page.value(`document.querySelector("#samples")`), null);
    await page.call("Emulation.setDeviceMetricsOverride", { width: 390, height: 800, deviceScaleFactor: 1, mobile: false });
    assert.equal(await page.value(wide), false);
    await page.close();
  }
  page = await open(many);
  await until("5,000 samples", async () => /^5,000 of 5,000/.test(await page.value(count)));
  const times = await page.value(`(() => {
    const { domContentLoadedEventEnd, loadEventEnd } = performance.getEntriesByType("navigation")[0];
    return [domContentLoadedEventEnd, loadEventEnd].map(Math.round);
  })()`);
  console.log(`5,000 samples: list shown after ${times[0]} ms, loaded after ${times[1]} ms`);
  assert.ok(times[0] < 20_000, "far too slow");
  assert.ok(await page.value(`document.querySelectorAll("#list tbody tr").length`) <= 50);
  const begun = Date.now();
  await page.value(`{ const text = document.getElementById("text"); text.value = "repo_4321("; text.dispatchEvent(new Event("input")); }`);
  await until("text found", async () => /^1 of 5,000/.test(await page.value(count)));
  console.log(`text of 5,000 samples searched within ${Date.now() - begun} ms`);
  await page.close();
  console.log("the pages are well");
} catch (error) {
  console.log(error.stack);
  process.exitCode = 1;
} finally {
  clearTimeout(deadline);
  const gone = new Promise((resolve) => chromium.once("exit", resolve));
  chromium.kill("SIGKILL");
  await gone;
  // Helper processes of the browser outlive it for a moment, and write to the profile until then. A folder that
  // fills again while it is removed is an error that node does not try again by itself.
  await until("profile removed", () => {
    try {
      rmSync(profile, { recursive: true, force: true });
      return true;
    } catch (error) {
      if (error.code !== "ENOTEMPTY") throw error;
      return false;
    }
  });
}
