// numbers.mjs URL CHROMIUM
//
// Opens the page, chooses each stratum, thresholds and benchmarks as a reader would and
// prints, as JSON, what it says and what its files hold: a list of what was seen.
import puppeteer from "puppeteer-core";

const [url, executablePath] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
});
const seen = [];
try {
  const page = await browser.newPage();
  // so tall that every card is drawn
  await page.setViewport({width: 1200, height: 9000});
  await page.evaluateOnNewDocument(() => {
    window.saved = [];
    URL.createObjectURL = (blob) => `${window.saved.push(blob)}`;
    HTMLAnchorElement.prototype.click = () => {};
  });
  await page.goto(url, {waitUntil: "networkidle0", timeout: 60000});
  const settled = async () => {
    for (let last = null, now; now !== last;) {
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 80));
      now = await page.evaluate(() => {
        let sum = 0;
        for (const letter of document.getElementById("page").innerHTML) sum = (31 * sum + letter.codePointAt(0)) | 0;
        return sum;
      });
    }
  };
  const choose = async (name, value) => {
    await page.evaluate((name, value) => {
      const select = [...document.querySelectorAll(".controls .control")].find((each) => each.querySelector("span").textContent === name).querySelector("select");
      select.value = value;
      select.dispatchEvent(new Event("change"));
    }, name, value);
    await settled();
  };
  const read = () => page.evaluate(async () => {
    const text = (within, selector) => within.querySelector(selector)?.textContent ?? null;
    const texts = (within, selector) => [...within.querySelectorAll(selector)].map(({textContent}) => textContent);
    for (const more of document.querySelectorAll(".list button.more")) more.click();
    const found = {
      address: location.search, heading: text(document, "h1"), lead: text(document, ".lead"),
      chosen: Object.fromEntries([...document.querySelectorAll(".controls .control")].map((each) => [text(each, "span"), each.querySelector("select").value])),
      strip: Object.fromEntries([...document.querySelectorAll(".fact")].map((each) => [text(each, "dt"), texts(each, "dd > *")])),
      lists: Object.fromEntries([...document.querySelectorAll(".list")].map((each) => [each.id.replace("list-", ""), [...each.querySelectorAll("li")].map((item) => [text(item, "button"), text(item, ".figures"), text(item, "p")])])),
      changes: [], cards: {}
    };
    const since = document.querySelector("#changes select");
    for (const option of since?.options ?? []) {
      since.value = option.value;
      since.dispatchEvent(new Event("change"));
      found.changes.push({title: text(document, "#changes h3"), subtitle: text(document, "#changes .subtitle"), rows: [...document.querySelectorAll("#changes tbody tr")].map((row) => texts(row, "th, td"))});
    }
    for (const card of document.querySelectorAll(".card[id]:not(#changes)")) {
      if (card.hidden) continue;
      const [csv, svg] = card.querySelectorAll(".save button");
      const save = async (button) => {
        if (!button || button.hidden) return null;
        window.saved.length = 0;
        button.click();
        return window.saved[0].text();
      };
      found.cards[card.id] = {
        title: text(card, "h2, h3"), subtitle: text(card, ".subtitle"), tips: [...card.querySelectorAll("[data-tip]")].map(({dataset}) => dataset.tip),
        csv: await save(csv), svg: await save(svg),
        points: [...card.querySelectorAll("g.points circle")].map((dot) => [dot.dataset.tip, Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))]),
        dashed: [...card.querySelectorAll("g.strata path")].map((path) => path.getAttribute("d"))
      };
    }
    return found;
  });
  await settled();
  const options = (at) => page.evaluate((at) => [...document.querySelectorAll(".controls select")[at].options].map(({value}) => value), at);
  for (const stratum of await options(0)) {
    await choose("Models", stratum);
    for (const threshold of ["0.6", "0.4"]) {
      await choose("Threshold", threshold);
      seen.push(await read());
    }
  }
  await choose("Models", (await options(0))[0]);
  for (const benchmark of await options(1)) {
    await choose("Benchmark", benchmark);
    seen.push(await read());
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
