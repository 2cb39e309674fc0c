// Correlations with their intervals on one axis from −1 to 1: a row for each
// benchmark, a panel for each stratum.  On a narrow screen a name stands above
// its row.
import {shortNames, widest, wrap} from "./names.js";
import {correlation, format, verdictColour} from "./words.js";

const space = "http://www.w3.org/2000/svg";

export function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS(space, tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) made.setAttribute(name, value);
  made.append(...children.filter((child) => child != null));
  return made;
}

/** Where a row stands: by the end of its interval that is nearer to 0; among those whose interval holds 0 by correlation. */
export function byInterval(row) {
  if (row?.corr == null) return -9;
  if (row.ci_low == null) return row.corr / 1e3;
  return row.ci_low > 0 ? row.ci_low + 1 : row.ci_high < 0 ? row.ci_high - 1 : row.corr / 1e3;
}

const fontSize = 12;

/**
 * rows: [{label, marked: shaded, sign: before the label, cells: [row or null for each panel]}], a cell with corr, ci_low,
 * ci_high, verdict, n, status and says, what it shows when it is explored.  panels: titles.
 * threshold: the lines beside 0.  The marks carry data-row, the number of the row.
 */
export function intervalChart({rows, panels, threshold, width}) {
  const numbers = 78;
  const labels = rows.map((row) => row.label);
  const weight = rows.some(({marked}) => marked) ? 600 : 400;
  const reserved = rows.some(({sign}) => sign) ? 34 : 16;
  const natural = reserved + widest(labels, fontSize, weight) + 1;
  // names beside the rows as long as that leaves the panels some room
  const above = width < 560 || width - Math.min(natural, 0.34 * width) < panels.length * (numbers + 110);
  const nameRoom = above ? 0 : Math.min(natural, 0.34 * width);
  const panel = (width - nameRoom) / panels.length;
  const short = shortNames(labels, (above ? width : nameRoom) - reserved, fontSize, above ? 600 : weight);
  const rowHeight = above ? 40 : rows.length < 9 ? 26 : 20;
  const heads = panels.map((title) => wrap(title, panel - 14, 13, {most: 3, weight: 600}));
  const top = 24 + 16 * Math.max(...heads.map((lines) => lines.length));
  const height = top + rows.length * rowHeight + 24;
  const left = (p) => nameRoom + p * panel + 10;
  const right = (p) => nameRoom + (p + 1) * panel - numbers;
  const x = (p, value) => left(p) + (value + 1) / 2 * (right(p) - left(p));
  const svg = svgElement("svg", {width, height, viewBox: `0 0 ${width} ${height}`, "font-size": fontSize, class: "intervals"});
  const text = (content, attributes) => svg.appendChild(svgElement("text", {fill: "currentColor", ...attributes}, content));
  const line = (x1, y1, x2, y2, attributes) => svg.appendChild(svgElement("line", {x1, y1, x2, y2, stroke: "currentColor", ...attributes}));
  const muted = "var(--muted)";

  const ticks = right(0) - left(0) > 150 ? [-1, -0.5, 0, 0.5, 1] : [-1, 0, 1];
  panels.forEach((title, p) => {
    heads[p].forEach((words, at) => text(words, {x: left(p) - 8, y: 14 + 16 * at, "font-weight": 600, "font-size": 13, class: "head"}));
    text("corr", {x: nameRoom + (p + 1) * panel - 36, y: top - 8, "text-anchor": "end", fill: muted});
    text("n", {x: nameRoom + (p + 1) * panel - 4, y: top - 8, "text-anchor": "end", fill: muted});
    for (const tick of ticks) {
      line(x(p, tick), top, x(p, tick), height - 20, {stroke: tick ? "var(--grid)" : "var(--muted)"});
      text(format(tick, tick % 1 ? 1 : 0), {x: x(p, tick), y: height - 6, "text-anchor": tick === 1 && numbers < 30 ? "end" : "middle", fill: muted, class: "tick"});
    }
    for (const side of [-threshold, threshold]) line(x(p, side), top, x(p, side), height - 20, {stroke: "var(--muted)", "stroke-dasharray": "2,3"});
  });

  rows.forEach((row, at) => {
    const y0 = top + at * rowHeight;
    const y = y0 + (above ? 28 : rowHeight / 2);
    if (row.marked) svg.insertBefore(svgElement("rect", {x: 0, y: y0 + 1, width, height: rowHeight - 2, fill: "var(--mark)"}), svg.firstChild);
    text(`${row.sign}${short.get(row.label)}`, above
      ? {x: 4, y: y0 + 15, "font-weight": 600, class: "name", "data-row": at}
      : {x: nameRoom - 10, y: y + 4, "text-anchor": "end", "font-weight": row.marked ? 600 : 400, class: "name", "data-row": at});
    row.cells.forEach((cell, p) => {
      if (cell?.corr == null) {
        const why = cell?.status ?? "no scores";
        const room = panel - 14;
        const group = svg.appendChild(svgElement("g", {class: "status", "data-row": at}));
        group.append(svgElement("text", {x: left(p), y: y + 4, fill: muted, "font-style": "italic"}, wrap(why, room, fontSize, {most: 1})[0] ?? ""), svgElement("title", {}, `${[row.label, panels[p]].filter(Boolean).join(", ")}\n${why}`));
        return;
      }
      const group = svg.appendChild(svgElement("g", {class: "mark", "data-row": at, fill: verdictColour(cell.verdict), stroke: verdictColour(cell.verdict)}));
      group.append(svgElement("rect", {x: left(p) - 4, y: y - 9, width: panel - 8, height: 18, fill: "transparent", stroke: "none", class: "hit"}));
      if (cell.ci_low != null) group.append(svgElement("line", {x1: x(p, cell.ci_low), x2: x(p, cell.ci_high), y1: y, y2: y, "stroke-width": 5, "stroke-opacity": 0.5, "stroke-linecap": "round", class: "interval"}));
      group.append(svgElement("circle", {cx: x(p, cell.corr), cy: y, r: 5, stroke: "var(--surface)", "stroke-width": 1.5, class: "corr"}));
      group.append(svgElement("title", {}, cell.says));
      text(correlation(cell.corr), {x: nameRoom + (p + 1) * panel - 36, y: y + 4, "text-anchor": "end", class: "number", "font-weight": ["unresolved", undefined, null].includes(cell.verdict) ? 400 : 600});
      text(String(cell.n), {x: nameRoom + (p + 1) * panel - 4, y: y + 4, "text-anchor": "end", fill: muted, class: "models"});
    });
  });
  return svg;
}
