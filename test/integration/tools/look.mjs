// look.mjs URL CHROMIUM [--shots FOLDER] [--dark]
//
// Opens the page in headless Chromium and prints, as JSON, what is on it: how
// many of each mark, titles, errors, and what it asked from other hosts.
// With --shots the page and its cards are saved as pictures.
import {join} from "node:path";
import {parseArgs} from "node:util";
import puppeteer from "puppeteer-core";

const {values, positionals: [url, executablePath]} = parseArgs({
  allowPositionals: true,
  options: {shots: {type: "string"}, dark: {type: "boolean"}, width: {type: "string", default: "1200"}}
});

// Only the page's own host can be reached, by name or at all.
const browser = await puppeteer.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
});
const found = {console: [], errors: [], elsewhere: [], failed: []};
try {
  const page = await browser.newPage();
  await page.setViewport({width: Number(values.width), height: 900, deviceScaleFactor: 1});
  await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: values.dark ? "dark" : "light"}]);
  page.on("console", (message) => { if (["error", "warn"].includes(message.type())) found.console.push(message.text()); });
  page.on("pageerror", (error) => found.errors.push(String(error)));
  page.on("requestfailed", (request) => found.failed.push(request.url()));
  page.on("request", (request) => {
    const {protocol, hostname} = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "localhost") found.elsewhere.push(request.url());
  });
  await page.goto(url, {waitUntil: "networkidle0", timeout: 60000});
  await page.waitForFunction(() => document.querySelectorAll("#models svg, #scatter svg, #heatmap svg").length >= 3, {timeout: 20000})
    .catch((error) => { throw new Error(`${error.message}\n${JSON.stringify(found, null, 1)}`); });

  const read = () => page.evaluate(() => {
    const marks = (id, name) => {
      let count = 0;
      for (const group of document.querySelectorAll(`#${id} g.${name}`))
        count += [...group.querySelectorAll("rect, circle, path, line, text")].filter((shape) => !shape.closest("marker")).length;
      return count;
    };
    const texts = (id, name) => [...document.querySelectorAll(`#${id} g.${name} text`)].map((text) => text.textContent);
    // pairs of texts of one chart that lie over each other
    const overlapping = [];
    for (const svg of document.querySelectorAll(".card svg[aria-label]")) {
      const boxes = [...svg.querySelectorAll("text")].filter((text) => text.textContent && !text.closest("[aria-label=tip]"))
        .map((text) => ({text: text.textContent, turned: /rotate/.test(text.getAttribute("transform") ?? ""), box: text.getBoundingClientRect()}))
        .filter(({turned}) => !turned);
      for (let i = 0; i < boxes.length; i++)
        for (let j = 0; j < i; j++) {
          const a = boxes[i].box, b = boxes[j].box;
          const w = Math.min(a.right, b.right) - Math.max(a.left, b.left), h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (w > 1 && h > 3) overlapping.push([svg.getAttribute("aria-label"), boxes[j].text, boxes[i].text]);
        }
    }
    const titles = {};
    for (const card of document.querySelectorAll(".card[id]")) titles[card.id] = card.querySelector("h2").textContent;
    return {
      heading: document.querySelector("h1")?.textContent,
      lead: document.querySelector(".lead")?.textContent,
      titles,
      bars: marks("correlations", "bars"),
      intervals: marks("correlations", "intervals"),
      names: texts("correlations", "names"),
      heads: texts("correlations", "heads"),
      counts: texts("correlations", "counts"),
      numbers: texts("correlations", "numbers"),
      statuses: texts("correlations", "statuses"),
      axis: [...document.querySelectorAll('#correlations [aria-label="x-axis tick label"] text')].map((text) => text.textContent),
      points: marks("scatter", "points"),
      labels: texts("scatter", "names"),
      bands: marks("scatter", "band"),
      adjusted: marks("adjusted", "points"),
      cells: marks("heatmap", "cells"),
      eigenvalues: marks("scree", "eigenvalues"),
      threshold: marks("scree", "threshold"),
      loadings: marks("loadings", "loadings"),
      models: marks("models", "points"),
      legend: document.querySelector("#correlations .legend")?.textContent,
      rows: document.querySelectorAll("#correlations table.numbers tbody tr").length,
      boxes: [...document.querySelectorAll(".observablehq--error")].map((box) => box.textContent),
      broken: [...document.querySelectorAll("body *")].some((element) => element.children.length === 0 && /undefined|NaN|\[object/.test(element.textContent) && !["SCRIPT", "STYLE"].includes(element.tagName)),
      overlapping,
      overflow: document.documentElement.scrollWidth - window.innerWidth
    };
  });
  found.page = await read();
  found.benchmark = await page.$eval(".controls select", (select) => select.value);
  Object.assign(found, await page.evaluate(() => {
    // colours as the browser writes them
    const colour = (value) => {
      const probe = document.body.appendChild(document.createElement("i"));
      probe.style.color = value;
      const written = getComputedStyle(probe).color;
      probe.remove();
      return written;
    };
    const palette = {}, fills = {};
    for (const name of ["entangled", "positive", "low", "unresolved", "negative", "inverse"]) palette[name] = colour(`var(--${name})`);
    for (const bar of document.querySelectorAll("#correlations g.bars rect")) {
      const fill = getComputedStyle(bar).fill;
      fills[fill] = (fills[fill] ?? 0) + 1;
    }
    return {palette, fills};
  }));

  const shoot = async (suffix) => {
    if (!values.shots) return;
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.screenshot({path: join(values.shots, `page${suffix}.png`), fullPage: true});
    for (const id of ["correlations", "scatter", "adjusted", "heatmap", "scree", "loadings", "models"]) {
      const card = await page.$(`#${id}`);
      await card.screenshot({path: join(values.shots, `${id}${suffix}.png`)});
    }
  };
  await shoot("");

  // the other strata, chosen as a reader would
  found.strata = {};
  for (const stratum of await page.$$eval(".controls input[type=radio]", (inputs) => inputs.map((input) => input.value))) {
    await page.click(`.controls input[value=${JSON.stringify(stratum)}]`);
    await page.waitForFunction((name) => document.querySelector("#scatter h2").textContent.includes(name === "(all)" ? "all models" : `${name} models`), {timeout: 20000}, stratum);
    await new Promise((resolve) => setTimeout(resolve, 400));
    found.strata[stratum] = await read();
    if (stratum !== "(all)") await shoot(`-${stratum.replace(/\W/g, "_")}`);
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(found, null, 1));
