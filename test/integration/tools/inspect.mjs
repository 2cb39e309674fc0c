// What audit.mjs asks of a page, inside it.  install() is run in every new
// document before its own scripts and uses nothing from outside of itself.
export function install() {
  const skipped = "script, style, noscript, template, option, title, desc, defs, [hidden]";
  const controls = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], [role=tab], [role=option], [role=slider]";
  const chartSize = {width: 120, height: 60};

  // ------------------------------------------------------------------------
  // Elements
  // ------------------------------------------------------------------------

  const name = (element) => {
    const label = element.id ? `#${CSS.escape(element.id)}` : [...element.classList].slice(0, 2).map((each) => `.${CSS.escape(each)}`).join("");
    const aria = !label && element.getAttribute("aria-label");
    return element.localName + label + (aria ? `[aria-label="${aria.slice(0, 40)}"]` : "");
  };

  // the way from the next element with an id, at most four steps
  const where = (element) => {
    const way = [];
    for (let each = element; each && each !== document.body && way.length < 4; each = each.parentElement) {
      way.unshift(name(each));
      if (each.id) break;
    }
    const home = element.closest("figure[id], .card[id], section[id]");
    return (home && !way[0]?.includes(`#${CSS.escape(home.id)}`) ? `#${home.id} … ` : "") + way.join(" > ");
  };

  // What an element is in by its ancestors; good until the page changes.
  let standing = new Map();
  const around = (element) => {
    if (!(element instanceof Element) || element === document.documentElement) return {hidden: false, opacity: 1, cutters: [], stuck: false};
    let found = standing.get(element);
    if (found) return found;
    const outer = around(element.parentElement);
    const style = getComputedStyle(element);
    const cuts = style.overflow !== "visible" && !(element instanceof SVGElement);
    // the usual ways to hide a text from the eye and not from a screen reader
    const hides = style.clipPath === "inset(50%)" || /rect\((0|1)px,? (0|1)px,? (0|1)px,? (0|1)px\)/.test(style.clip) ||
      (cuts && (element.clientWidth === 1 || element.clientHeight === 1));
    found = {hidden: outer.hidden || hides, opacity: outer.opacity * Number(style.opacity), stuck: outer.stuck || ["sticky", "fixed"].includes(style.position),
      // what cuts off a text in it
      cutters: cuts && element !== document.body ? [...outer.cutters, element] : outer.cutters};
    standing.set(element, found);
    return found;
  };

  const seen = (element) =>
    element.checkVisibility({opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true}) && !around(element).hidden;

  const charts = () => [...document.querySelectorAll("svg, canvas")].filter((each) => {
    standing = new Map();
    if (each.parentElement?.closest("svg") || each.closest("[aria-hidden=true]") || !seen(each)) return false;
    const box = each.getBoundingClientRect();
    if (box.width < chartSize.width || box.height < chartSize.height) return false;
    return each.localName === "canvas" || each.querySelectorAll("rect, circle, path, line, text").length > 2;
  });

  const home = (chart) => chart.closest("figure, .card") ?? chart.parentElement;

  // ------------------------------------------------------------------------
  // Texts, with their size, colour and place
  // ------------------------------------------------------------------------

  const pen = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const known = new Map();
  const colour = (css) => {
    if (!known.has(css)) {
      pen.canvas.width = pen.canvas.height = 1;
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = "#000";
      pen.fillStyle = css;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(css, [r, g, b, a / 255]);
    }
    return known.get(css);
  };

  // Corners of what a text covers, in the order round it, in pixels of the viewport.
  const ofSvg = (text) => {
    const box = text.getBBox(), matrix = text.getScreenCTM();
    if (!matrix || !box.width) return null;
    // letters do not fill the line
    const top = box.y + 0.18 * box.height, bottom = box.y + 0.82 * box.height;
    return [[box.x, top], [box.x + box.width, top], [box.x + box.width, bottom], [box.x, bottom]]
      .map(([x, y]) => ({x: matrix.a * x + matrix.c * y + matrix.e, y: matrix.b * x + matrix.d * y + matrix.f}));
  };

  const ofBox = ({left, right, top, bottom}) => {
    const spare = 0.18 * (bottom - top);
    return [{x: left, y: top + spare}, {x: right, y: top + spare}, {x: right, y: bottom - spare}, {x: left, y: bottom - spare}];
  };

  const texts = () => {
    standing = new Map();
    const boxes = new Map();
    const edges = (element) => boxes.get(element) ?? boxes.set(element, element.getBoundingClientRect()).get(element);
    const found = [];
    const add = (element, text, corners, more) => {
      const xs = corners.map((each) => each.x), ys = corners.map((each) => each.y);
      const box = {left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys)};
      // scrolled out of sight
      for (const each of more.cutters) {
        const inner = edges(each);
        if (Math.min(box.right, inner.right) - Math.max(box.left, inner.left) < 2 || Math.min(box.bottom, inner.bottom) - Math.max(box.top, inner.top) < 2) return;
      }
      found.push({element, text: text.trim().replace(/\s+/g, " ").slice(0, 80), corners, box, ...more});
    };
    // of a long table the first rows tell
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) =>
      (node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT
        : node.localName === "tr" && node.rowIndex > 40 ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP));
    const range = document.createRange();
    const done = new Set();
    const visible = new Map();
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.data.trim()) continue;
      const element = node.parentElement;
      if (!element || element.closest(skipped)) continue;
      if (!visible.has(element)) visible.set(element, seen(element));
      if (!visible.get(element)) continue;
      const style = getComputedStyle(element);
      const {cutters, opacity, stuck} = around(element);
      const more = {cutters, opacity, stuck, weight: Number(style.fontWeight)};
      const svgText = element.closest("text");
      if (svgText) {
        if (done.has(svgText)) continue;
        done.add(svgText);
        const matrix = svgText.getScreenCTM();
        const corners = matrix && ofSvg(svgText);
        if (!corners || style.fill === "none") continue;
        add(svgText, svgText.textContent, corners, {...more, svg: svgText.ownerSVGElement,
          size: parseFloat(style.fontSize) * Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c)),
          fill: colour(style.fill), fillOpacity: Number(style.fillOpacity),
          halo: style.stroke !== "none" && /^(normal )?stroke/.test(style.paintOrder) && parseFloat(style.strokeWidth) >= 1.5 ? colour(style.stroke) : null});
        continue;
      }
      range.selectNodeContents(node);
      for (const box of range.getClientRects())
        if (box.width > 1 && box.height > 1) add(element, node.data, ofBox(box), {...more, size: parseFloat(style.fontSize), fill: colour(style.color), fillOpacity: 1, halo: null});
    }
    return found;
  };

  // ------------------------------------------------------------------------
  // Geometry
  // ------------------------------------------------------------------------

  // How deep two convex shapes lie in each other, by the separating axis.
  const depth = (a, b) => {
    let least = Infinity;
    for (const shape of [a, b])
      for (let i = 0; i < 4; i++) {
        const from = shape[i], to = shape[(i + 1) % 4];
        const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
        const nx = (to.y - from.y) / length, ny = (from.x - to.x) / length;
        const on = (each) => each.map(({x, y}) => x * nx + y * ny);
        const pa = on(a), pb = on(b);
        least = Math.min(least, Math.min(Math.max(...pa), Math.max(...pb)) - Math.max(Math.min(...pa), Math.min(...pb)));
        if (least <= 0) return 0;
      }
    return least;
  };

  const overlapping = (all) => {
    const found = [];
    const sorted = all.filter((each) => !each.stuck && !each.element.closest("[aria-label=tip], [role=tooltip]"))
      .sort((a, b) => a.box.left - b.box.left);
    for (let i = 0; i < sorted.length && found.length < 200; i++)
      for (let j = i + 1; j < sorted.length && sorted[j].box.left < sorted[i].box.right; j++) {
        const a = sorted[i], b = sorted[j];
        if (b.box.top >= a.box.bottom || a.box.top >= b.box.bottom) continue;
        if (a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element)) continue;
        if (depth(a.corners, b.corners) > 1.5) found.push({where: where(a.svg ?? a.element), what: `“${a.text}” and “${b.text}”`});
      }
    return found;
  };

  // ------------------------------------------------------------------------
  // Faults of what is there to be seen
  // ------------------------------------------------------------------------

  const layout = (all) => {
    const faults = [];
    const fault = (kind, element, what) => faults.push({kind, where: where(element), what});
    const width = document.documentElement.clientWidth;
    const wider = document.documentElement.scrollWidth - width;
    if (wider > 0) fault("page scrolls sideways", document.body, `by ${wider} px`);
    const out = [];
    for (const each of document.body.querySelectorAll("*")) {
      if (each.ownerSVGElement || out.some((other) => other.contains(each))) continue;
      const box = each.getBoundingClientRect();
      if ((box.right <= width + 1 && box.left >= -1) || box.width < 2 || box.height < 2 || !seen(each)) continue;
      if (around(each.parentElement).cutters.length) continue;
      out.push(each);
      fault("wider than the window", each, `${Math.round(box.left)} to ${Math.round(box.right)} px of ${width}`);
    }
    for (const each of all) {
      if (each.size < 10.95) fault("small text", each.element, `${each.size.toFixed(1)} px: “${each.text}”`);
      const {box} = each;
      if (each.svg) {
        const svg = each.svg.getBoundingClientRect();
        const by = Math.max(svg.left - box.left, box.right - svg.right, svg.top - box.top, box.bottom - svg.bottom);
        if (by > 1.5) fault("text outside its chart", each.element, `by ${Math.round(by)} px: “${each.text}”`);
      }
      const card = each.element.closest(".card, figure");
      if (card && !each.cutters.some((cutter) => card.contains(cutter))) {
        const outer = card.getBoundingClientRect();
        const by = Math.max(outer.left - box.left, box.right - outer.right, outer.top - box.top, box.bottom - outer.bottom);
        if (by > 1.5) fault("text outside its card", each.element, `by ${Math.round(by)} px: “${each.text}”`);
      }
      for (const cutter of each.cutters) {
        const style = getComputedStyle(cutter);
        if (!["hidden", "clip"].includes(style.overflowX) || style.textOverflow === "ellipsis") continue;
        const inner = cutter.getBoundingClientRect();
        const by = Math.max(inner.left - box.left, box.right - inner.right);
        if (by > 1.5) fault("text cut off", each.element, `by ${Math.round(by)} px: “${each.text}”`);
      }
      if (/\bundefined\b|\bNaN\b|\[object |\bnull\b|Infinity/.test(each.text)) fault("a value that is none", each.element, `“${each.text}”`);
    }
    for (const each of overlapping(all)) faults.push({kind: "texts over each other", ...each});
    for (const each of document.querySelectorAll(".observablehq--error")) fault("error shown on the page", each, each.textContent.slice(0, 200));
    return faults;
  };

  // ------------------------------------------------------------------------
  // Faults of what is there to be heard, typed and touched
  // ------------------------------------------------------------------------

  const hasSentence = (text) => text.trim().length >= 15 && /\S\s+\S/.test(text.trim());

  const spoken = (element) => {
    const ids = (attribute) => (element.getAttribute(attribute) ?? "").split(/\s+/).filter(Boolean)
      .map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    return [element.getAttribute("aria-label") ?? "", ids("aria-labelledby"), ids("aria-describedby"), element.getAttribute("aria-description") ?? "",
      ...[...element.children].filter((each) => ["title", "desc"].includes(each.localName)).map((each) => each.textContent)].join(" ");
  };

  // The name by which a screen reader calls a control, near enough.  (Chromium's own
  // costs seconds on a page with large charts.)
  const called = (element) => {
    const ids = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean);
    const names = [ids.map((id) => document.getElementById(id)?.textContent ?? "").join(" "), element.getAttribute("aria-label"),
      [...(element.labels ?? [])].map((each) => each.textContent).join(" "), element.localName === "select" ? "" : element.textContent,
      ["submit", "button", "reset"].includes(element.type) ? element.value : "", element.getAttribute("title"), element.querySelector?.("[alt]")?.alt];
    return names.map((each) => (each ?? "").trim().replace(/\s+/g, " ")).find(Boolean) ?? "";
  };

  const structure = () => {
    const faults = [];
    const fault = (kind, element, what) => faults.push({kind, where: where(element), what});
    if (!document.documentElement.lang) fault("no lang", document.documentElement, "the document does not say its language");
    if (!document.title.trim()) fault("no title", document.head, "the document has no title");
    if (!document.querySelector("main, [role=main]")) fault("no main", document.body, "no landmark for the content");
    for (const chart of charts()) {
      const role = chart.getAttribute("role");
      const focusable = chart.querySelector("[tabindex], a[href]");
      const figure = chart.closest("figure, .card");
      const wrapper = chart.parentElement.closest("[role=img], [role=group], [role=application], [role=figure], [role=graphics-document]");
      const speaks = role ? chart : wrapper ?? chart;
      if (!["img", "group", "application", "figure", "graphics-document", "list", "listbox"].includes(speaks.getAttribute("role")))
        fault("chart without a role", chart, `role ${role}`);
      if (speaks.getAttribute("role") === "img" && focusable) fault("marks inside role=img", chart, "what can be focused is hidden from screen readers");
      if (!hasSentence(spoken(speaks)) && !(figure?.localName === "figure" && hasSentence(figure.querySelector("figcaption")?.textContent ?? "")))
        fault("chart without a text alternative", chart, `“${spoken(speaks).trim()}”`);
      if (!figure) fault("chart in no figure", chart, "neither figure nor card");
      else if (!(figure.closest(".card, section") ?? figure).querySelector("table")) fault("chart without a table", chart, "no table in its card");
    }
    for (const each of document.querySelectorAll(controls)) {
      if (each.closest("[hidden]") || !each.checkVisibility()) continue;
      if (!called(each)) fault("control without a name", each, each.outerHTML.slice(0, 120));
    }
    let level = 0;
    for (const each of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      if (!each.checkVisibility()) continue;
      const own = Number(each.localName[1]);
      if (own > level + 1) fault("heading skips a level", each, `h${own} after ${level ? `h${level}` : "none"}: “${each.textContent.slice(0, 60)}”`);
      level = own;
      if (!each.textContent.trim()) fault("empty heading", each, each.localName);
    }
    const ids = new Map();
    for (const each of document.querySelectorAll("[id]")) ids.set(each.id, (ids.get(each.id) ?? 0) + 1);
    for (const [id, count] of ids) if (count > 1) fault("an id twice", document.getElementById(id), `${id}: ${count} times`);
    for (const each of document.querySelectorAll("img:not([alt])")) fault("picture without alt", each, each.src.slice(0, 80));
    for (const each of document.querySelectorAll("table")) if (each.checkVisibility() && !each.querySelector("th")) fault("table without headings", each, "no th");
    return faults;
  };

  // WCAG 2.2, 2.5.8: 24 px, but for a link in a line of text.  A label is part of
  // what it is the label of.  Marks of a chart have their place by what they show.
  const targets = () => {
    const faults = [];
    for (const each of document.querySelectorAll(controls)) {
      if (each.closest("svg") || !seen(each)) continue;
      const boxes = [each, ...(each.labels ?? [])].map((one) => one.getBoundingClientRect()).filter((box) => box.width);
      if (!boxes.length) continue;
      const width = Math.max(...boxes.map((box) => box.width)), height = Math.max(...boxes.map((box) => box.height));
      const style = getComputedStyle(each);
      const inText = each.localName === "a" && style.display === "inline" && each.parentElement.textContent.trim().length > each.textContent.trim().length;
      if (!inText && Math.min(width, height) < 23.5)
        faults.push({kind: "small target", where: where(each), what: `${Math.round(width)} × ${Math.round(height)} px: “${called(each).slice(0, 40)}”`});
    }
    return faults;
  };

  // ------------------------------------------------------------------------
  // Focus, and what a mark shows
  // ------------------------------------------------------------------------

  const drawn = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor", "borderWidth", "backgroundColor", "color", "textDecorationLine",
    "stroke", "strokeWidth", "fill", "opacity", "fillOpacity", "strokeOpacity", "transform", "r"];
  const look = (element) => [element, element.parentElement, element.closest("label"), ...[...element.children].slice(0, 3)].filter(Boolean)
    .map((each) => { const style = getComputedStyle(each); return drawn.map((key) => style[key]).join("|"); }).join("\n");

  let before = new Map();
  const tabbable = () => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter((each) => {
    if (each.disabled || each.tabIndex < 0 || !each.checkVisibility({visibilityProperty: true}) || each.closest("[inert]")) return false;
    return !(each.type === "radio" && !each.checked && each.name);
  });

  // what was put in, changed or made visible since the last call, and can be seen
  let changed = new Set();
  const observer = new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "childList") for (const node of record.addedNodes) changed.add(node);
      else changed.add(record.type === "characterData" ? record.target.parentElement : record.target);
    }
  });
  const watch = () => {
    observer.disconnect();
    changed = new Set();
    observer.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true,
      attributeFilter: ["class", "style", "hidden", "aria-label", "aria-valuetext", "aria-activedescendant", "transform", "display", "visibility"]});
  };
  const shown = () => {
    const lines = new Set();
    for (const node of changed) {
      const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
      if (!(element instanceof Element) || !element.isConnected) continue;
      const live = element.closest("[aria-live], [role=status], [role=tooltip]");
      if (!live && !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
      // not the page itself, of which only a class has changed
      if (element === document.body || element.matches("main, .card, figure, section") || element.localName === "svg" || element.textContent.length > 2000) continue;
      const text = element.textContent.trim().replace(/\s+/g, " ");
      if (text) lines.add(text.slice(0, 300));
    }
    return [...lines];
  };

  const number = new WeakMap();
  let numbers = 0;
  const numberOf = (element) => {
    if (!number.has(element)) number.set(element, ++numbers);
    return number.get(element);
  };

  window.__audit = {
    colour, charts, texts, where,
    ready() { return charts().length; },
    inspect() {
      const all = texts();
      return {texts: all.length, charts: charts().map(where), faults: [...layout(all), ...structure(), ...targets()]};
    },
    // for contrast: where the text is on the whole page, and in which colour
    samples() {
      return texts().filter((each) => !each.element.closest(":disabled")).map((each) => {
        const at = (u, v) => {
          const [a, b, , d] = each.corners;
          return [Math.round(a.x + u * (b.x - a.x) + v * (d.x - a.x) + scrollX), Math.round(a.y + u * (b.y - a.y) + v * (d.y - a.y) + scrollY)];
        };
        const points = [];
        for (const u of [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95]) for (const v of [0.15, 0.5, 0.85]) points.push(at(u, v));
        const [r, g, b, a] = each.fill;
        return {where: where(each.element), text: each.text, size: each.size, weight: each.weight, points,
          fill: [r, g, b, a * each.fillOpacity * each.opacity], halo: each.halo};
      });
    },
    hideTexts(hide) {
      document.getElementById("audit-hides-texts")?.remove();
      if (!hide) return;
      const style = document.head.appendChild(document.createElement("style"));
      style.id = "audit-hides-texts";
      style.textContent = "*, *::before, *::after, *::placeholder { color: transparent !important; -webkit-text-fill-color: transparent !important; text-shadow: none !important; text-decoration-color: transparent !important; transition: none !important; caret-color: transparent !important } svg text, svg text * { visibility: hidden !important }";
    },
    startTabbing() {
      document.activeElement?.blur();
      before = new Map(tabbable().map((each) => [each, look(each)]));
      return [...before.keys()].map((each) => ({number: numberOf(each), where: where(each)}));
    },
    focused() {
      const element = document.activeElement;
      if (!element || element === document.body || element === document.documentElement) return null;
      const style = getComputedStyle(element);
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      const box = element.getBoundingClientRect();
      const chart = charts().find((each) => each === element || each.contains(element)) ??
        (element.closest("figure, .card") && !element.matches(controls) ? charts().find((each) => home(each).contains(element)) : null);
      return {number: numberOf(element), where: where(element), visible: outlined || (before.has(element) && before.get(element) !== look(element)),
        onScreen: box.bottom > 0 && box.top < innerHeight && box.width > 0, name: called(element).slice(0, 300), chart: chart ? charts().indexOf(chart) : null,
        box: {x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height}};
    },
    watch, shown,
    // some places in a chart where a mark is
    async marks(index, most = 3) {
      const chart = charts()[index];
      // a focus may still be scrolling
      for (let before = NaN, tries = 0; tries < 40 && chart.getBoundingClientRect().x + scrollY !== before; tries++) {
        chart.scrollIntoView({block: "center", behavior: "instant"});
        before = chart.getBoundingClientRect().x + scrollY;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      if (chart.localName === "canvas") {
        const box = chart.getBoundingClientRect();
        return [0.35, 0.5, 0.65].map((share) => ({x: box.x + share * box.width, y: box.y + share * box.height}));
      }
      const shapes = [...chart.querySelectorAll("circle, rect, path")].filter((each) => {
        if (each.closest("defs, marker, clipPath") || getComputedStyle(each).pointerEvents === "none") return false;
        const box = each.getBoundingClientRect();
        return box.width > 2 && box.height > 2 && box.width < 0.6 * chart.getBoundingClientRect().width && box.top > 0 && box.bottom < innerHeight;
      });
      const step = Math.max(1, Math.floor(shapes.length / most));
      return shapes.filter((_, i) => i % step === 0).slice(0, most).map((each) => {
        const box = each.getBoundingClientRect();
        return {x: box.x + box.width / 2, y: box.y + box.height / 2};
      });
    }
  };
}
