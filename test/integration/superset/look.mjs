// look.mjs URL CHROMIUM USER PASSWORD STRATUM FOLDER
//
// Logs into Superset, opens the dashboard in headless Chromium, chooses a stratum
// in its filter, and prints, as JSON, what is seen before and after: of each chart
// its title, the rows that it was given, what its table or its canvas shows, errors,
// and what was asked of other hosts.  Pictures are saved in FOLDER.
import {join} from "node:path";
import puppeteer from "puppeteer-core";

const [url, executablePath, user, password, stratum, folder] = process.argv.slice(2);
const found = {console: [], errors: [], elsewhere: [], failed: []};
const data = {};
const saying = (error) => { throw new Error(`${error.message}\n${JSON.stringify(found, null, 1)}`); };
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

// Only the server can be reached, by name or at all.
const browser = await puppeteer.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
});
try {
  const page = await browser.newPage();
  await page.setViewport({width: 1440, height: 900, deviceScaleFactor: 1});
  // The page wants a picture from where its users are counted; what its own policy
  // forbids is said in the console, and not asked for.
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type()) && !/Content Security Policy/.test(message.text())) found.console.push(message.text());
  });
  page.on("pageerror", (error) => found.errors.push(String(error)));
  const requests = new Map(), asked = new Set();
  const network = await page.createCDPSession();
  await network.send("Network.enable");
  network.on("Network.requestWillBeSent", ({requestId, request}) => {
    requests.set(requestId, request.url);
    if (request.url.includes("/api/v1/chart/data")) asked.add(requestId);
  });
  network.on("Network.loadingFinished", ({requestId}) => asked.delete(requestId));
  network.on("Network.loadingFailed", ({requestId, blockedReason, canceled}) => {
    asked.delete(requestId);
    if (blockedReason === "csp") requests.delete(requestId);
    else if (!canceled) found.failed.push(requests.get(requestId));
  });
  page.on("response", async (response) => {
    if (response.status() >= 400) found.failed.push(`${response.status()} ${response.url()}`);
    if (!response.url().includes("/api/v1/chart/data")) return;
    const {form_data: {slice_id: id}} = JSON.parse(response.request().postData());
    if (response.ok() && id) data[id] = (await response.json()).result.map((result) => ({columns: result.colnames, rows: result.data}));
  });

  await page.goto(`${url}/login/`, {timeout: 60000});
  await page.waitForSelector("#username", {timeout: 60000});
  await page.type("#username", user);
  await page.type("#password", password);
  await Promise.all([page.waitForNavigation({timeout: 60000}), page.keyboard.press("Enter")]);
  await page.goto(`${url}/superset/dashboard/safetycorr/`, {timeout: 60000});

  // Charts are drawn when they are seen: all are, in a window that is high enough.
  const settled = async () => {
    await page.waitForFunction(() => {
      const charts = [...document.querySelectorAll(".dashboard-component-chart-holder")];
      return charts.length > 0 && charts.every((chart) =>
        chart.querySelector("table tbody tr, canvas, [role=alert], .ant-empty") && !chart.querySelector("[data-test=loading-indicator]"));
    }, {timeout: 120000}).catch(saying);
    for (let idle = 0, tries = 0; idle < 4; tries++) {
      if (tries > 400) throw new Error(`charts wait for ${asked.size} answers`);
      await pause(300);
      idle = asked.size ? 0 : idle + 1;
    }
    // what is drawn moves at first
    const drawn = () => page.evaluate(() => [...document.querySelectorAll(".dashboard-component-chart-holder canvas")].map((canvas) => canvas.toDataURL()).join());
    for (let before = "", now = await drawn(), tries = 0; now !== before && tries < 20; tries++) {
      await pause(1000);
      [before, now] = [now, await drawn()];
    }
  };
  const read = async (name) => {
    const charts = await page.evaluate(() => [...document.querySelectorAll(".dashboard-component-chart-holder")].map((holder) => {
      const {x, y, width, height} = holder.getBoundingClientRect();
      const cells = (row) => [...row.children].map((cell) => cell.innerText.trim());
      const colours = {};
      for (const canvas of holder.querySelectorAll("canvas")) {
        const {data: pixels} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < pixels.length; i += 4)
          if (pixels[i + 3] === 255) {
            const key = "#" + [0, 1, 2].map((j) => pixels[i + j].toString(16).padStart(2, "0")).join("");
            colours[key] = (colours[key] ?? 0) + 1;
          }
      }
      return {
        id: Number(holder.querySelector("[data-test-chart-id]")?.dataset.testChartId),
        title: holder.querySelector("[data-test=slice-header] .header-title, .header-title")?.innerText.trim(),
        box: {x, y, width, height},
        head: [...holder.querySelectorAll("table thead tr")].map(cells),
        rows: [...holder.querySelectorAll("table tbody tr")].map(cells),
        fills: [...holder.querySelectorAll("table tbody td")].map((cell) => getComputedStyle(cell).backgroundColor),
        // texts that are cut
        cut: [...holder.querySelectorAll("th, td, .header-title *")].filter((cell) => cell.innerText && cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 0).map((cell) => cell.innerText),
        colours: Object.entries(colours).filter(([, count]) => count > 20).map(([key]) => key),
        wrong: [...holder.querySelectorAll("[role=alert], .ant-empty, .ant-alert")].map((box) => box.innerText)
      };
    }));
    // a picture beyond the window would hide the charts again
    const shoot = (picture, clip) => page.screenshot({path: join(folder, `${picture}.png`), captureBeyondViewport: false, clip});
    await shoot(name);
    for (const chart of charts) {
      await shoot(`${name}-${chart.title?.replace(/\W+/g, "_").toLowerCase()}`, chart.box);
      chart.data = data[chart.id];
    }
    return charts;
  };
  await page.waitForSelector(".dashboard-component-chart-holder table tbody tr", {timeout: 120000}).catch(saying);
  await page.screenshot({path: join(folder, "top.png")});
  await page.setViewport({width: 1440, height: 5600, deviceScaleFactor: 1});
  await settled();
  found.title = await page.title();
  found.filters = await page.$$eval("[data-test=form-item-value]", (items) => items.map((item) => item.innerText.trim()));
  found.charts = await read("page");
  found.overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

  // the other stratum, chosen as a reader would
  await page.setViewport({width: 1440, height: 900, deviceScaleFactor: 1});
  await page.click("[data-test=form-item-value] .ant-select-selector");
  await page.keyboard.type(stratum);
  await pause(1000);
  await page.keyboard.press("Enter");
  await pause(1000);
  await page.screenshot({path: join(folder, "filter.png")});
  await page.click("[data-test=filter-bar__apply-button]");
  await page.setViewport({width: 1440, height: 5600, deviceScaleFactor: 1});
  await pause(1000);
  await settled();
  found.chosen = await read(stratum);
  found.elsewhere = [...requests.values()].filter((address) => /^(https?|wss?):/.test(address) && new URL(address).hostname !== "localhost");
} finally {
  await browser.close();
}
console.log(JSON.stringify(found));
