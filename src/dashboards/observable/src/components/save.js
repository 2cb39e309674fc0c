// A chart or its numbers as a file.
import {wrap} from "./names.js";

function save(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], {type}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// A field that a spreadsheet would take for a formula gets an apostrophe; a
// number is left as it is.
function field(value) {
  if (value == null) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@＝＋－＠\t\r\n]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const asCsv = (rows, columns) =>
  [columns.map(({name}) => field(name)), ...rows.map((row) => columns.map(({value}) => field(value(row))))]
    .map((line) => line.join(",")).join("\r\n") + "\r\n";

export const saveCsv = (name, rows, columns) => save(`${name}.csv`, "text/csv;charset=utf-8", "\ufeff" + asCsv(rows, columns));

const properties = ["fill", "stroke", "fill-opacity", "stroke-opacity", "opacity", "stroke-width", "stroke-dasharray",
  "font-family", "font-size", "font-weight", "font-style", "text-anchor", "font-variant-numeric", "paint-order"];

/** The chart with the colours that it has now, under its title and above its source. */
export function asSvg(svg, {title, subtitle, source}) {
  const space = "http://www.w3.org/2000/svg";
  const width = svg.clientWidth || Number(svg.getAttribute("width"));
  const height = svg.clientHeight || Number(svg.getAttribute("height"));
  const copy = svg.cloneNode(true);
  const [from, to] = [[svg, ...svg.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]];
  from.forEach((shape, at) => {
    const style = getComputedStyle(shape);
    for (const property of properties) {
      const value = style.getPropertyValue(property);
      if (value && value !== "none" || property === "fill") to[at].setAttribute(property, value);
    }
    to[at].removeAttribute("class");
    to[at].removeAttribute("data-tip");
  });
  for (const style of copy.querySelectorAll("style")) style.remove();

  const body = getComputedStyle(document.body);
  const lines = [
    ...wrap(title, width - 24, 17, {weight: 650}).map((text) => ({text, size: 17, weight: 650, after: 22})),
    ...wrap(subtitle, width - 24, 13).map((text) => ({text, size: 13, weight: 400, after: 18}))
  ];
  const outer = document.createElementNS(space, "svg");
  const write = ({text, size, weight}, y) => {
    const line = outer.appendChild(document.createElementNS(space, "text"));
    for (const [name, value] of Object.entries({x: 12, y, "font-size": size, "font-weight": weight, "font-family": body.fontFamily, fill: body.color})) line.setAttribute(name, value);
    line.textContent = text;
  };
  const ground = outer.appendChild(document.createElementNS(space, "rect"));
  let y = 26;
  for (const line of lines) {
    write(line, y);
    y += line.after;
  }
  copy.setAttribute("x", 0);
  copy.setAttribute("y", y - 6);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  outer.appendChild(copy);
  y += height + 12;
  for (const text of wrap(source, width - 24, 11)) {
    write({text, size: 11, weight: 400}, y);
    y += 15;
  }
  for (const [name, value] of Object.entries({width, height: y, fill: body.backgroundColor})) ground.setAttribute(name, value);
  for (const [name, value] of Object.entries({xmlns: space, width, height: y, viewBox: `0 0 ${width} ${y}`})) outer.setAttribute(name, value);
  return new XMLSerializer().serializeToString(outer);
}

export const saveSvg = (name, svg, words) => save(`${name}.svg`, "image/svg+xml;charset=utf-8", asSvg(svg, words));
