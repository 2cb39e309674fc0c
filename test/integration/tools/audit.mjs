// audit.mjs URL CHROMIUM [--shots FOLDER] [--widths 390,820,1440] [--schemes light,dark] [--brief]
//
// Opens any page at three widths, light and dark, and prints as JSON what is wrong
// with it: for readers (texts that are small, faint, cut off or over each other,
// a page that scrolls sideways), for those who hear or type (no name, no text
// alternative, no table behind a chart, a focus that is not seen, what only a mouse
// shows), and for the network (errors, other hosts, bytes).  With --shots the page
// and its cards are saved as pictures.  With --brief one line for each fault is
// printed, and no JSON.  The exit status is 0 whatever is found.
import {join} from "node:path";
import {parseArgs} from "node:util";
import puppeteer from "puppeteer-core";
import {install} from "./inspect.mjs";

const {values, positionals: [url, executablePath]} = parseArgs({
  allowPositionals: true,
  options: {shots: {type: "string"}, widths: {type: "string", default: "390,820,1440"}, schemes: {type: "string", default: "light,dark"}, brief: {type: "boolean"}}
});
const heights = {390: 844, 820: 1180};
// so many presses of Tab, and so many arrow keys in a chart
const mostTabs = 400, mostArrows = 3;

const host = new URL(url).hostname;
const views = values.widths.split(",").map(Number).flatMap((width) => values.schemes.split(",").map((scheme) => ({width, scheme})));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Before the page's own scripts: notes when the first chart is there.
function noteFirstChart() {
  const look = () => {
    for (const each of document.querySelectorAll("svg, canvas")) {
      const box = each.getBoundingClientRect();
      if (box.width >= 120 && box.height >= 60 && (each.localName === "canvas" || each.querySelectorAll("rect, circle, path, line").length > 2)) {
        window.__firstChart = performance.now();
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

// Requests that are over and a page that has stopped to change.
async function settle(page, least = 250) {
  await page.waitForNetworkIdle({idleTime: least, timeout: 20000}).catch(() => {});
  await page.evaluate((still) => new Promise((resolve) => {
    let timer = setTimeout(resolve, still);
    const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(resolve, still); });
    observer.observe(document.body, {subtree: true, childList: true, characterData: true});
    setTimeout(resolve, 5000);
  }), 200);
}

async function bytes(page) {
  return page.evaluate(() => {
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const sum = (entries) => ({
      all: entries.reduce((total, each) => total + each.encodedBodySize, 0),
      json: entries.filter((each) => /\.json($|\?)/.test(each.name)).reduce((total, each) => total + each.encodedBodySize, 0),
      requests: entries.length
    });
    return {firstChartMs: window.__firstChart == null ? null : Math.round(window.__firstChart),
      untilFirstChart: window.__firstChart == null ? null : sum(all.filter((each) => each.responseEnd <= window.__firstChart)), inAll: sum(all)};
  });
}

// What is read only when it is looked at gets looked at.
async function scrollThrough(page) {
  for (let rounds = 0, at = 0; rounds < 60; rounds++) {
    const height = await page.evaluate((y) => { window.scrollTo(0, y); return document.documentElement.scrollHeight; }, at);
    await pause(60);
    at += 700;
    if (at > height) break;
  }
  await settle(page);
  await page.evaluate(() => window.scrollTo(0, 0));
}

// ---------------------------------------------------------------------------
// Contrast: of the colour of a text and what is behind it on the picture of the page
// ---------------------------------------------------------------------------

async function contrast(page, eye) {
  // nothing sticks to the window over other things, no mark is hovered
  await page.mouse.move(0, 0);
  await page.evaluate(() => window.scrollTo(0, 0));
  const samples = await page.evaluate(() => window.__audit.samples());
  await page.evaluate(() => window.__audit.hideTexts(true));
  const png = await page.screenshot({fullPage: true, encoding: "base64", optimizeForSpeed: true});
  await page.evaluate(() => window.__audit.hideTexts(false));
  return eye.evaluate(async (base64, all) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const {width, height} = picture;
    const context = new OffscreenCanvas(width, height).getContext("2d", {willReadFrequently: true});
    context.drawImage(picture, 0, 0);
    const pixels = context.getImageData(0, 0, width, height).data;
    const linear = (value) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const faults = [];
    for (const {where, text, size, weight, points, fill, halo} of all) {
      // the colour that most of the places behind the text have
      const counts = new Map();
      for (const [x, y] of points) {
        if (x < 0 || y < 0 || x >= width || y >= height) continue;
        const at = 4 * (y * width + x), key = `${pixels[at]},${pixels[at + 1]},${pixels[at + 2]}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      if (!counts.size) continue;
      const behind = halo && halo[3] > 0.7 ? halo.slice(0, 3) : [...counts].sort((a, b) => b[1] - a[1])[0][0].split(",").map(Number);
      const [r, g, b, a] = fill;
      const seen = [r, g, b].map((value, i) => a * value + (1 - a) * behind[i]);
      const [light, dark] = [luminance(seen), luminance(behind)].sort((x, y) => y - x);
      const ratio = (light + 0.05) / (dark + 0.05);
      const wanted = size >= 24 || (size >= 18.66 && weight >= 700) ? 3 : 4.5;
      if (ratio < wanted - 0.005) faults.push({kind: "faint text", where, what: `contrast ${ratio.toFixed(2)}: “${text}”`});
    }
    return faults;
  }, png, samples);
}

// ---------------------------------------------------------------------------
// The keyboard
// ---------------------------------------------------------------------------

async function keyboard(page) {
  const faults = [];
  const wanted = await page.evaluate(() => { window.scrollTo(0, 0); return window.__audit.startTabbing(); });
  const visited = new Map();
  const spoken = new Map();
  const say = (chart, lines) => spoken.set(chart, [...(spoken.get(chart) ?? []), ...lines]);
  let last = null, complete = false, tabs = 0;
  for (; tabs < mostTabs; tabs++) {
    await page.evaluate(() => window.__audit.watch());
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => window.__audit.focused());
    if (!now) {
      // past the last one; or there is none
      if (visited.size || tabs > 2) { complete = true; break; }
      continue;
    }
    if (now.number === last) { faults.push({kind: "keyboard trap", where: now.where, what: "Tab does not leave it"}); break; }
    if (visited.has(now.number)) {
      complete = now.number === visited.keys().next().value;
      if (!complete) faults.push({kind: "keyboard trap", where: now.where, what: "Tab comes back to it before the end"});
      break;
    }
    visited.set(now.number, now);
    last = now.number;
    if (!now.visible) faults.push({kind: "focus is not seen", where: now.where, what: now.name.slice(0, 60)});
    else if (!now.onScreen) faults.push({kind: "focus is off the screen", where: now.where, what: now.name.slice(0, 60)});
    if (now.chart != null && (spoken.get(now.chart)?.length ?? 0) < 3) {
      await pause(30);
      say(now.chart, await page.evaluate(() => window.__audit.shown()));
      for (let press = 0; press < mostArrows; press++) {
        await page.evaluate(() => window.__audit.watch());
        await page.keyboard.press(press ? "ArrowRight" : "ArrowDown");
        await pause(30);
        say(now.chart, await page.evaluate(() => window.__audit.shown()));
        const moved = await page.evaluate(() => window.__audit.focused());
        if (moved && moved.number !== last) {
          if (moved.name) say(now.chart, [moved.name]);
          visited.set(last = moved.number, moved);
          if (!moved.visible) faults.push({kind: "focus is not seen", where: moved.where, what: moved.name.slice(0, 60)});
        }
      }
    }
  }
  if (complete)
    for (const each of wanted)
      if (!visited.has(each.number)) faults.push({kind: "Tab does not reach it", where: each.where, what: ""});
  await page.evaluate(() => document.activeElement?.blur());
  return {faults, tabs, complete, spoken};
}

// What a mouse shows in each chart, and whether keys show something too.
async function hovering(page, spoken) {
  const faults = [], found = [];
  const names = await page.evaluate(() => window.__audit.charts().map(window.__audit.where));
  for (let index = 0; index < names.length; index++) {
    const hovered = [];
    for (const {x, y} of await page.evaluate((at) => window.__audit.marks(at), index)) {
      await page.evaluate(() => window.__audit.watch());
      await page.mouse.move(x - 1, y - 1);
      await page.mouse.move(x, y);
      await pause(60);
      hovered.push(...await page.evaluate(() => window.__audit.shown()));
    }
    await page.mouse.move(1, 1);
    const typed = spoken.get(index) ?? [];
    found.push({chart: names[index], hovered: hovered.slice(0, 2), typed: typed.slice(0, 2)});
    if (hovered.length && !typed.length) faults.push({kind: "only a mouse shows it", where: names[index], what: hovered[0].slice(0, 100)});
  }
  return {faults, found};
}

// ---------------------------------------------------------------------------
// One width in one scheme
// ---------------------------------------------------------------------------

async function shoot(page, name) {
  const path = (suffix) => join(values.shots, `${name}-${suffix}.png`);
  await page.screenshot({path: path("page"), fullPage: true, optimizeForSpeed: true});
  const cards = await page.evaluate(() => {
    const all = [...document.querySelectorAll(".card, figure")].filter((each) => !each.parentElement.closest(".card, figure") && each.checkVisibility());
    return all.map((each, i) => {
      const box = each.getBoundingClientRect();
      return {name: each.id || `card${i + 1}`, clip: {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: Math.min(box.height, 6000)}};
    }).filter(({clip}) => clip.width > 1 && clip.height > 1);
  });
  for (const card of cards)
    await page.screenshot({path: path(card.name.replace(/\W+/g, "_")), clip: card.clip, captureBeyondViewport: true, optimizeForSpeed: true});
}

async function audit(browser, eye, {width, scheme}) {
  const began = Date.now();
  const times = {};
  let lap = began;
  const timed = (name) => { times[name] = ((times[name] ?? 0) + Date.now() - lap); lap = Date.now(); };
  const page = await browser.newPage();
  const found = {width, scheme, console: [], errors: [], failed: [], elsewhere: []};
  page.on("console", (message) => { if (["error", "warn"].includes(message.type())) found.console.push(message.text()); });
  page.on("pageerror", (error) => found.errors.push(String(error)));
  page.on("requestfailed", (request) => found.failed.push(request.url()));
  page.on("response", (response) => { if (response.status() >= 400) found.failed.push(`${response.status()} ${response.url()}`); });
  page.on("dialog", (dialog) => { found.errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    const {protocol, hostname} = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== host) found.elsewhere.push(request.url());
  });
  await page.setViewport({width, height: heights[width] ?? 900, deviceScaleFactor: 1, hasTouch: width < 500});
  await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
  await page.evaluateOnNewDocument(install);
  await page.evaluateOnNewDocument(noteFirstChart);
  await page.goto(url, {waitUntil: "load", timeout: 60000});
  await settle(page);
  await scrollThrough(page);
  await page.waitForFunction(() => window.__audit.ready() > 0, {timeout: 10000}).catch(() => found.errors.push("no chart after 10 s"));
  found.bytes = await bytes(page);
  timed("load");

  const faults = [];
  if (values.shots) await shoot(page, `${width}-${scheme}`);
  timed("shots");
  const {texts, charts, faults: shown} = await page.evaluate(() => window.__audit.inspect());
  faults.push(...shown, ...await contrast(page, eye));
  timed("inspect");
  Object.assign(found, {texts, charts});
  if (scheme === values.schemes.split(",")[0]) {
    const typed = await keyboard(page);
    Object.assign(found, {tabs: typed.tabs, allReached: typed.complete});
    faults.push(...typed.faults);
    timed("keyboard");
    if (width > 1000 || views.every((each) => each.width === width)) {
      const hovered = await hovering(page, typed.spoken);
      found.hovering = hovered.found;
      faults.push(...hovered.faults);
      timed("hover");
    }
  }
  // then with all that can be opened
  if (await page.evaluate(() => {
    const closed = document.querySelectorAll("details:not([open])");
    // of a long table the first rows tell
    document.head.appendChild(document.createElement("style")).textContent = "tbody tr:nth-child(n + 41) { display: none }";
    for (const each of closed) each.open = true;
    return closed.length;
  })) {
    await settle(page);
    if (values.shots) await page.screenshot({path: join(values.shots, `${width}-${scheme}-opened.png`), fullPage: true, optimizeForSpeed: true});
    const opened = await page.evaluate(() => window.__audit.inspect());
    const known = new Set(faults.map(({kind, where, what}) => JSON.stringify([kind, where, what])));
    // a table that is made when it is opened is a table
    const withTables = faults.filter(({kind, where}) => kind !== "chart without a table" || opened.faults.some((each) => each.kind === kind && each.where === where));
    faults.length = 0;
    faults.push(...withTables, ...[...opened.faults, ...await contrast(page, eye)].filter(({kind, where, what}) => !known.has(JSON.stringify([kind, where, what])))
      .map((each) => ({...each, opened: true})));
  }
  timed("opened");
  for (const key of ["console", "errors", "failed", "elsewhere"])
    for (const what of new Set(found[key])) faults.push({kind: {console: "console", errors: "script error", failed: "failed request", elsewhere: "another host"}[key], where: "page", what});
  await page.close();
  return {...found, seconds: (Date.now() - began) / 1000, times, faults};
}

// Two at a time, each in a browser of its own, since only one page has the focus.
const queue = [...views];
const results = [];
await Promise.all([0, 1].map(async () => {
  if (!queue.length) return;
  const browser = await puppeteer.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${host}`]
  });
  try {
    const eye = await browser.newPage();
    for (let view = queue.shift(); view; view = queue.shift()) results.push(await audit(browser, eye, view));
  } finally {
    await browser.close();
  }
}));
results.sort((a, b) => a.width - b.width || values.schemes.indexOf(a.scheme) - values.schemes.indexOf(b.scheme));

// One entry for what is the same in several views, and for the same at many texts
// of one part of a chart.
const merged = new Map();
for (const {width, scheme, faults} of results)
  for (const {kind, where, what, opened} of faults) {
    const key = JSON.stringify([kind, where, ["console", "script error", "failed request", "another host"].includes(kind) ? what : "", Boolean(opened)]);
    if (!merged.has(key)) merged.set(key, {kind, where, what: [], ...(opened ? {opened} : {}), views: []});
    const entry = merged.get(key), view = `${width} ${scheme}`;
    if (!entry.what.includes(what)) entry.what.push(what);
    if (!entry.views.includes(view)) entry.views.push(view);
  }
for (const entry of merged.values()) {
  entry.times = entry.what.length;
  entry.what = entry.what.slice(0, 3);
}
const faults = [...merged.values()].sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));
const kinds = {};
for (const {kind} of faults) kinds[kind] = (kinds[kind] ?? 0) + 1;

if (values.brief) {
  for (const {width, scheme, seconds, times, bytes: b, tabs} of results)
    console.log(`${width} ${scheme}: ${seconds.toFixed(1)} s, ${tabs ?? "–"} tabs, first chart after ${b.firstChartMs} ms and ${JSON.stringify(b.untilFirstChart)}, in all ${JSON.stringify(b.inAll)}; ${JSON.stringify(times)}`);
  for (const {kind, where, what, times, views: seenIn, opened} of faults)
    console.log(`${kind}${times > 1 ? ` (${times})` : ""}: ${where}: ${what.join("; ")}${opened ? " (opened)" : ""} [${seenIn.length === views.length ? "everywhere" : seenIn.join(", ")}]`);
  console.log(JSON.stringify(kinds));
} else console.log(JSON.stringify({url, kinds, faults, views: results.map(({faults: _, ...each}) => each)}, null, 1));
