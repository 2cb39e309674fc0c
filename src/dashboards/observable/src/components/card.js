// A chart with what belongs to it: a title that says the finding, a line that
// says what is measured, the numbers as a table and as files, the source.
import {explorable, hideTip} from "./explore.js";
import {plain} from "./names.js";
import {again, element, format} from "./words.js";
import {saveCsv, saveSvg} from "./save.js";

/** columns: [{name, value(row), show(value)}] */
export function table(rows, columns) {
  return element("table", {className: "numbers"},
    element("thead", {}, element("tr", {}, columns.map(({name}) => element("th", {scope: "col"}, name)))),
    element("tbody", {}, rows.map((row) => element("tr", {}, columns.map(({value, show}, at) => {
      const given = value(row);
      const number = typeof given === "number" || given == null;
      return element(at ? "td" : "th", {className: number ? "number" : "", "data-column": columns[at].name, ...(at ? {} : {scope: "row"})},
        number ? (given == null ? "–" : show ? show(given) : Number.isInteger(given) ? String(given) : format(given)) : element("bdi", {}, given === "" ? "" : plain(String(given))));
    })))));
}

/**
 * Makes a card that draws itself when it comes near the screen, and again when
 * what is chosen or its width changes.
 *
 * draw(width) gives, or promises, {title, subtitle, legend, controls, chart, table: {rows, columns, name},
 * choose, note, ready}; ready() changes its controls, if nothing was chosen meanwhile; chart is an SVG or another element, or a text in the place of one.  null: the card
 * hides.  watches: the choices of state that it depends on.  ahead: so many pixels before it
 * is seen it is drawn.
 */
export function card({id, state, watches = [], source, draw, height = 300, level = 3, ahead = 400}) {
  const title = element(`h${level}`, {id: `${id}-title`});
  const subtitle = element("p", {className: "subtitle"});
  const body = element("div", {className: "body"});
  body.style.minHeight = `${height}px`;
  const numbers = element("div", {className: "scrolls", tabIndex: 0, role: "region", "aria-label": "The numbers of this chart"});
  const summary = element("summary", {}, "Table");
  const details = element("details", {}, summary, numbers);
  const csv = element("button", {type: "button"}, "CSV");
  const svg = element("button", {type: "button"}, "SVG");
  const foot = element("div", {className: "foot"}, element("p", {}, source), details, element("div", {className: "save"}, csv, svg));
  const section = element("section", {className: "card", id, "aria-labelledby": `${id}-title`}, title, subtitle, element("figure", {}, body, foot));

  let shown = null;
  let seen = false;
  let turn = 0;
  let width = 0;

  const fill = () => {
    if (!shown?.table || !details.open) return;
    numbers.replaceChildren(table(shown.table.rows, shown.table.columns));
  };
  details.addEventListener("toggle", fill);
  csv.addEventListener("click", () => saveCsv(shown.table.name, shown.table.rows, shown.table.columns));
  svg.addEventListener("click", () => saveSvg(shown.table.name, body.querySelector("svg"), {title: title.textContent, subtitle: subtitle.textContent, source}));

  async function refresh() {
    if (!seen || !(width > 0)) return;
    const mine = ++turn;
    let drawn;
    try {
      drawn = await draw(width);
    } catch (error) {
      console.error(error);
      drawn = {title: "This could not be drawn", subtitle: "", chart: again(error, refresh)};
    }
    if (mine !== turn) return;
    drawn?.ready?.();
    hideTip();
    shown = drawn;
    section.hidden = drawn == null;
    if (drawn == null) return;
    title.replaceChildren(drawn.title);
    subtitle.replaceChildren(...[drawn.subtitle].flat());
    const isChart = drawn.chart instanceof SVGElement;
    // what is typed in a control must not be lost by drawing again
    const kept = drawn.controls && body.contains(drawn.controls) ? document.activeElement : null;
    const chart = isChart ? explorable(drawn.chart, `${title.textContent}.`, {choose: drawn.choose}) : drawn.chart;
    body.replaceChildren(...[drawn.controls, drawn.legend, isChart ? element("div", {className: "chart"}, chart) : chart, drawn.note ? element("p", {className: "note"}, drawn.note) : null].filter(Boolean));
    if (kept && drawn.controls.contains(kept)) kept.focus();
    body.style.minHeight = "";
    svg.hidden = !isChart;
    csv.hidden = details.hidden = !drawn.table;
    fill();
  }

  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    seen = true;
    refresh();
  }, {rootMargin: `${ahead}px`}).observe(section);
  // who prints has not scrolled
  const rest = () => {
    if (seen) return;
    seen = true;
    refresh();
  };
  setTimeout(() => (window.requestIdleCallback ?? setTimeout)(rest), 4000);
  window.addEventListener("beforeprint", rest);
  new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now === width || !(now > 0)) return;
    width = now;
    refresh();
  }).observe(body);
  let last = watches.map((name) => state.get(name)).join("\u0000");
  state.addEventListener("change", () => {
    const now = watches.map((name) => state.get(name)).join("\u0000");
    if (now === last) return;
    last = now;
    refresh();
  });
  return Object.assign(section, {refresh});
}
