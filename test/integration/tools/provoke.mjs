// provoke.mjs URL CHROMIUM
//
// Does to the page what an impatient reader, a bad network and a made-up address do,
// and prints as JSON what came of it.  The page's own names are for the caller to choose.
import puppeteer from "puppeteer-core";

const [url, executablePath] = process.argv.slice(2);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const browser = await puppeteer.launch({executablePath, args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]});
const found = {dialogs: [], errors: []};

// What is done to requests for data: nothing, or it waits, or fails.
let fate = () => 0;

async function open(query, width = 1200) {
  const page = await browser.newPage();
  await page.setViewport({width, height: 900});
  page.on("dialog", (dialog) => { found.dialogs.push(dialog.message()); dialog.dismiss(); });
  page.on("pageerror", (error) => found.errors.push(String(error)));
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    const wait = fate(new URL(request.url()).pathname);
    if (wait === Infinity) return request.abort("connectionrefused").catch(() => {});
    if (wait) await pause(wait);
    return request.continue().catch(() => {});
  });
  await page.goto(url + query, {waitUntil: "domcontentloaded", timeout: 30000});
  await page.waitForFunction(() => document.querySelector("h1")?.textContent, {timeout: 20000});
  await page.$eval("#one", (element) => element.scrollIntoView());
  await page.waitForFunction(() => document.querySelector("#scatter h3")?.textContent, {timeout: 20000});
  return page;
}

const choose = (page, which, value) => page.$$eval(".controls select", (selects, at, to) => {
  selects[at].value = to;
  selects[at].dispatchEvent(new Event("change"));
}, which, String(value));
const settled = (page) => page.waitForNetworkIdle({idleTime: 150, timeout: 15000}).catch(() => {}).then(() => pause(150));
const text = (page, where) => page.$eval(where, (element) => element.textContent);
const options = (page, which) => page.$$eval(".controls select", (selects, at) => [...selects[at].options].map(({value, textContent}) => [value, textContent]), which);

try {
  const page = await open("");
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += 700) {
      window.scrollTo(0, y);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  });
  await settled(page);
  // names that there are, and what became elements
  found.options = {strata: (await options(page, 0)).map(([, name]) => name), benchmarks: (await options(page, 1)).map(([, name]) => name)};
  found.names = await page.$$eval("#correlations text.name", (texts) => texts.map((each) => each.textContent));
  found.intruders = await page.$$eval("img, iframe, object, embed, script", (elements) => elements.map((each) => each.outerHTML).filter((html) => /alert|onerror|src="?x/.test(html)));

  // every file of every card
  found.files = await page.evaluate(async () => {
    const blobs = [];
    const {createObjectURL} = URL;
    URL.createObjectURL = (blob) => { blobs.push(blob); return "blob:none"; };
    HTMLAnchorElement.prototype.click = () => {};
    for (const button of document.querySelectorAll(".card:not([hidden]) .save button:not([hidden])")) button.click();
    URL.createObjectURL = createObjectURL;
    return Promise.all(blobs.map(async (blob) => {
      const content = await blob.text();
      if (blob.type.startsWith("text/csv")) return {csv: content};
      const svg = new DOMParser().parseFromString(content, "image/svg+xml");
      return {wrong: svg.querySelector("parsererror")?.textContent ?? null, scripts: svg.querySelectorAll("script, foreignObject, image").length};
    }));
  });

  // a slow answer for what was chosen before
  const all = await options(page, 1);
  const current = await page.$$eval(".controls select", (selects) => selects[1].value);
  const others = all.map(([value]) => value).filter((value) => value !== current);
  fate = (path) => (path.endsWith(`/${others[0]}.json`) ? 1200 : 0);
  await choose(page, 1, others[0]);
  await choose(page, 1, others[1]);
  await pause(1700);
  found.slow = {wanted: all.find(([value]) => value === others[1])[1], one: await text(page, "#one"), scatter: await text(page, "#scatter h3")};
  fate = (path) => (path.includes("threshold-0.3") ? 1200 : 0);
  const heading = await text(page, "h1");
  await choose(page, 2, 0);
  const thresholds = (await options(page, 2)).map(([value]) => value);
  await choose(page, 2, thresholds[0]);
  await choose(page, 2, 0.4);
  await pause(1700);
  found.slowThreshold = {wanted: heading, h1: await text(page, "h1")};

  // as fast as can be, while the window changes
  fate = () => 20;
  for (let at = 0; at < 2 * others.length; at++) {
    await choose(page, 1, others[at % others.length]);
    if (at % 5 === 0) await page.setViewport({width: [390, 700, 1200][(at / 5) % 3], height: 900});
  }
  await choose(page, 1, others[2]);
  await settled(page);
  found.fast = {wanted: all.find(([value]) => value === others[2])[1], one: await text(page, "#one"), scatter: await text(page, "#scatter h3"), address: await page.evaluate(() => new URLSearchParams(location.search).get("benchmark"))};

  // the server goes and comes again
  const fresh = await open("", 390);
  await settled(fresh);
  fate = (path) => (path.includes("/data/") ? Infinity : 0);
  await choose(fresh, 1, others[3]);
  await choose(fresh, 2, 0.7);
  await settled(fresh);
  found.gone = {h1: await text(fresh, "h1"), lead: await text(fresh, ".lead"), lists: await fresh.$$eval("#lists li", (items) => items.length), scatter: await text(fresh, "#scatter h3"), body: await text(fresh, "#scatter .body"), saves: await fresh.$$eval("#scatter .save button:not([hidden])", (buttons) => buttons.length)};
  fate = () => 0;
  await fresh.$$eval(".nothing button", (buttons) => buttons.forEach((button) => button.click()));
  await settled(fresh);
  found.back = {h1: await text(fresh, "h1"), lists: await fresh.$$eval("#lists li", (items) => items.length), scatter: await text(fresh, "#scatter h3"), left: await fresh.$$eval(".nothing button", (buttons) => buttons.filter((button) => button.offsetParent).length)};
  found.sideways = await fresh.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

  // addresses that nobody's page made
  found.addresses = [];
  for (const query of ["?benchmark=<img src=x onerror=alert(3)>&models=__proto__&threshold=1e999", `?benchmark=${"x".repeat(7000)}`, "?benchmark=constructor&models=%00&threshold=toString", "?%zz&benchmark=%E9&threshold=0.40000", "?threshold=-0.3&threshold=NaN&benchmark"]) {
    const other = await open(query.replace(/ /g, "%20"));
    found.addresses.push({h1: await text(other, "h1"), threshold: await other.$$eval(".controls select", (selects) => selects[2].value)});
    await other.close();
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(found));
