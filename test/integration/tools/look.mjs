// look.mjs URL CHROMIUM [--shots FOLDER] [--dark] [--width PIXELS] [--brief] [--query TEXT]
//
// Opens the page of src/dashboards/observable in headless Chromium and prints, as JSON,
// what it says: titles, texts and how many of each mark, with each stratum and each
// threshold chosen as a reader would; what a link shows that a reader sends; what the
// keyboard shows; what is saved as files.  With --shots the page and its cards are saved
// as pictures.  --brief: the first look only.  --query is put behind the address first.
//
// What is wrong with any page, audit.mjs finds.
import {mkdtemp, readFile, readdir, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {parseArgs} from "node:util";
import puppeteer from "puppeteer-core";

const {values, positionals: [place, executablePath]} = parseArgs({
  allowPositionals: true,
  options: {shots: {type: "string"}, dark: {type: "boolean"}, brief: {type: "boolean"}, query: {type: "string", default: ""}, width: {type: "string", default: "1200"}}
});
const url = place + values.query;
const cards = ["correlations", "scatter", "ways", "over-time", "adjusted", "scree", "loadings", "heatmap", "models", "changes"];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Only the page's own host can be reached, by name or at all.
const browser = await puppeteer.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
});
const found = {console: [], errors: [], elsewhere: [], failed: []};
const downloads = await mkdtemp(join(tmpdir(), "look-"));

async function open(address) {
  const page = await browser.newPage();
  await page.setViewport({width: Number(values.width), height: 900, deviceScaleFactor: 1});
  await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: values.dark ? "dark" : "light"}]);
  page.on("console", (message) => { if (["error", "warn"].includes(message.type())) found.console.push(message.text()); });
  page.on("pageerror", (error) => found.errors.push(String(error)));
  page.on("dialog", (dialog) => { found.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("requestfailed", (request) => found.failed.push(request.url()));
  page.on("response", (response) => { if (response.status() >= 400) found.failed.push(`${response.status()} ${response.url()}`); });
  page.on("request", (request) => {
    const {protocol, hostname} = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "localhost") found.elsewhere.push(request.url());
  });
  await page.goto(address, {waitUntil: "networkidle0", timeout: 60000});
  await page.waitForFunction(() => document.querySelector("h1")?.textContent, {timeout: 20000})
    .catch((error) => { throw new Error(`${error.message}\n${JSON.stringify(found, null, 1)}`); });
  // cards are drawn when they are near
  for (let at = 0; at < await page.evaluate(() => document.documentElement.scrollHeight); at += 700) {
    await page.evaluate((y) => window.scrollTo(0, y), at);
    await pause(50);
  }
  await settle(page);
  await page.evaluate(() => window.scrollTo(0, 0));
  return page;
}

async function settle(page) {
  await page.waitForNetworkIdle({idleTime: 150, timeout: 20000}).catch(() => {});
  await page.evaluate(() => new Promise((resolve) => {
    let timer = setTimeout(resolve, 150);
    const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(resolve, 150); });
    observer.observe(document.body, {subtree: true, childList: true, characterData: true});
  }));
}

const read = (page) => page.evaluate((ids) => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const texts = (selector) => all(selector).map((each) => each.textContent);
  const marks = (id, name) => all(`#${id} svg g.${name}`).flatMap((group) =>
    [...group.querySelectorAll("rect, circle, path, line")].filter((shape) => !shape.closest("marker, defs"))).length;
  const colour = (value) => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = value;
    const written = getComputedStyle(probe).color;
    probe.remove();
    return written;
  };
  const palette = {}, fills = {};
  for (const name of ["entangled", "positive", "low", "unresolved", "negative", "inverse"]) palette[name] = colour(`var(--${name})`);
  for (const mark of all("#correlations svg.intervals g.mark")) {
    const fill = getComputedStyle(mark.querySelector("circle.corr")).fill;
    fills[fill] = (fills[fill] ?? 0) + 1;
  }
  const lists = {};
  for (const kind of ["quotable", "noted", "open"])
    lists[kind] = {count: document.querySelector(`#list-${kind} h3 b`)?.textContent, names: texts(`#list-${kind} li button.link`), texts: texts(`#list-${kind} li`)};
  return {
    title: document.title,
    heading: document.querySelector("h1").textContent,
    lead: document.querySelector(".lead").textContent,
    facts: Object.fromEntries(all("dl.strip .fact").map((each) => [each.querySelector("dt").textContent, [...each.querySelectorAll("dd b, dd span")].map((one) => one.textContent)])),
    lists,
    one: document.querySelector("#one").textContent,
    chosen: all(".controls select").map((select) => select.selectedOptions[0]?.textContent),
    titles: Object.fromEntries(ids.filter((id) => document.getElementById(id) && !document.getElementById(id).hidden).map((id) => [id, document.querySelector(`#${id} h3`)?.textContent])),
    subtitles: Object.fromEntries(ids.filter((id) => document.getElementById(id) && !document.getElementById(id).hidden).map((id) => [id, document.querySelector(`#${id} .subtitle`)?.textContent])),
    names: texts("#correlations svg text.name"),
    heads: texts("#correlations svg text.head"),
    ticks: texts("#correlations svg text.tick"),
    numbers: texts("#correlations svg text.number"),
    counts: texts("#correlations svg text.models"),
    statuses: texts("#correlations svg g.status text"),
    // what each mark shows when it is explored
    tips: all("#correlations svg.intervals [data-tip]").map((each) => each.dataset.tip),
    corrs: all("#correlations svg circle.corr").length,
    intervals: all("#correlations svg line.interval").length,
    legend: texts("#correlations ul.legend li"),
    palette, fills,
    ways: texts("#ways svg text.number"),
    points: marks("scatter", "points"), labels: texts("#scatter svg g.names text"), band: marks("scatter", "band"),
    adjusted: marks("adjusted", "points"),
    cells: marks("heatmap", "cells"),
    eigenvalues: marks("scree", "eigenvalues"),
    loadings: marks("loadings", "loadings"),
    ranking: all("#models svg g.points circle, #models svg g.mark circle").length,
    windows: marks("over-time", "windows"),
    days: texts("#changes select option"), changed: all("#changes tbody tr").map((row) => [...row.cells].map((cell) => cell.textContent)),
    boxes: texts(".observablehq--error"),
    broken: all("body *").filter((each) => !each.children.length && !["SCRIPT", "STYLE"].includes(each.tagName) && /undefined|NaN|\[object|Infinity/.test(each.textContent)).map((each) => each.textContent)
  };
}, cards);

async function choose(page, name, text) {
  const [select] = await page.$$(`xpath/.//*[contains(@class, "controls")]//label[span[text()="${name}"]]/select`);
  const value = await select.evaluate((each, wanted) => [...each.options].find((option) => option.textContent === wanted)?.value, text);
  await select.select(value);
  await settle(page);
}

const options = (page, name) => page.evaluate((wanted) => {
  const label = [...document.querySelectorAll(".controls label")].find((each) => each.querySelector("span").textContent === wanted);
  return label.hidden ? [] : [...label.querySelectorAll("option")].map((each) => each.textContent);
}, name);

async function shoot(page, suffix) {
  if (!values.shots) return;
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({path: join(values.shots, `page${suffix}.png`), fullPage: true, optimizeForSpeed: true});
  for (const id of cards) {
    const card = await page.$(`#${id}:not([hidden])`);
    if (card) await card.screenshot({path: join(values.shots, `${id}${suffix}.png`)});
  }
}

// the cells of the table behind each chart
const tables = (page) => page.evaluate(async (ids) => {
  const read = {};
  for (const id of ids) {
    const details = document.querySelector(`#${id}:not([hidden]) details`);
    if (!details) continue;
    details.open = true;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const rows = [...details.querySelectorAll("tbody tr")];
    read[id] = {columns: [...details.querySelectorAll("thead th")].map((each) => each.textContent), rows: rows.length,
      first: [...rows[0]?.cells ?? []].map((each) => each.textContent)};
    details.open = false;
  }
  return read;
}, cards);

// what each button would save, as the page hands it to the browser; the first is really saved
async function saved(page) {
  await page.evaluate(() => {
    window.__saved = [];
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      const url = make.call(URL, blob);
      window.__saved.push({url, blob});
      return url;
    };
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () {
      const one = window.__saved.find(({url}) => url === this.href);
      if (!one) return click.call(this);
      one.name = this.download;
      return window.__saved.length === 1 ? click.call(this) : undefined;
    };
  });
  const client = await browser.target().createCDPSession();
  await client.send("Browser.setDownloadBehavior", {behavior: "allow", downloadPath: downloads});
  const files = {};
  for (const id of cards)
    for (const button of await page.$$(`#${id}:not([hidden]) .save button`)) {
      if (!(await button.isVisible())) continue;
      await button.evaluate((each) => each.click());
      files[`${id} ${await button.evaluate((each) => each.textContent)}`] = await page.evaluate(async () => {
        const {name, blob} = window.__saved.at(-1);
        // text() would take the mark of UTF-8 away
        return {name, type: blob.type, content: new TextDecoder("utf-8", {ignoreBOM: true}).decode(await blob.arrayBuffer())};
      });
    }
  for (let tries = 0; tries < 100 && !found.download; tries++) {
    const [name] = (await readdir(downloads)).filter((each) => !/\.crdownload$|^\./.test(each));
    if (name) found.download = {name, content: await readFile(join(downloads, name), "utf8")};
    else await pause(50);
  }
  return files;
}

// the marks of each chart by keys: the texts that they show, one after the other
async function typed(page) {
  const all = {};
  for (const id of cards) {
    const chart = await page.$(`#${id}:not([hidden]) .explorable[tabindex]`);
    if (!chart) continue;
    await chart.focus();
    const shown = [];
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft", "End", "Home"]) {
      await page.keyboard.press(key);
      shown.push(await page.evaluate(() => { const tip = document.querySelector(".tip"); return tip && tip.style.display !== "none" ? [...tip.children].map((each) => each.textContent).join("\n") : null; }));
    }
    await page.keyboard.press("Escape");
    const [marks, hidden] = await chart.evaluate((each) => [each.querySelectorAll("[data-tip]").length, document.querySelector(".tip")?.style.display === "none"]);
    all[id] = {shown, marks, hidden};
  }
  return all;
}

try {
  const page = await open(url);
  found.page = await read(page);
  found.address = new URL(page.url()).search;
  await shoot(page, "");
  if (!values.brief) {
    found.tables = await tables(page);
    found.files = await saved(page);
    found.typed = await typed(page);
    await page.evaluate(() => document.activeElement?.blur());

    const [strata, thresholds, benchmarks] = [await options(page, "Models"), await options(page, "Threshold"), await options(page, "Benchmark")];
    found.options = {strata, thresholds, benchmarks};
    found.strata = {[found.page.chosen[0]]: found.page};
    for (const stratum of strata.filter((each) => each !== found.page.chosen[0])) {
      await choose(page, "Models", stratum);
      found.strata[stratum] = await read(page);
      await shoot(page, `-${strata.indexOf(stratum)}`);
    }
    await choose(page, "Models", strata[0]);
    found.thresholds = {[found.page.chosen[2]]: found.page};
    for (const threshold of thresholds.filter((each) => each !== found.page.chosen[2])) {
      await choose(page, "Threshold", threshold);
      found.thresholds[threshold] = await read(page);
    }

    // a link with all that is chosen, opened by somebody else; then the names of the page, and a lie
    if (strata.length > 1) await choose(page, "Models", strata.at(-1));
    await choose(page, "Benchmark", benchmarks.at(-1));
    const link = page.url();
    const sent = await read(page);
    const got = await open(link);
    found.link = {search: new URL(link).search, sent, got: await read(got)};
    await got.close();
    const wrong = await open(`${place}?models=nobody&benchmark=%3Cscript%3E&threshold=9`);
    found.wrong = await read(wrong);
    await wrong.close();

    // a click on a name of a list, and what is searched for
    await page.goto(url, {waitUntil: "networkidle0"});
    await settle(page);
    const name = await page.$("#lists button.link");
    if (name) {
      const text = await name.evaluate((each) => each.textContent);
      await name.click();
      await settle(page);
      found.clicked = {name: text, one: await page.$eval("#one", (each) => each.textContent), search: new URL(page.url()).search,
        focus: await page.evaluate(() => document.activeElement?.id)};
    }
    const search = await page.$("#correlations input[type=search]");
    if (search && await search.isVisible()) {
      await search.type(benchmarks[0].slice(0, 4).toUpperCase());
      await pause(300);
      await settle(page);
      found.searched = {text: benchmarks[0].slice(0, 4), names: await page.$$eval("#correlations svg text.name", (all) => all.map((each) => each.textContent)),
        focus: await page.evaluate(() => document.activeElement?.type)};
    }
  }
} finally {
  await browser.close();
  await rm(downloads, {recursive: true, force: true});
}
console.log(JSON.stringify(found, null, 1));
