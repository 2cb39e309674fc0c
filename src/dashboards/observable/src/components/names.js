// Names in the room that there is: cut so that no two look alike.

const context = document.createElement("canvas").getContext("2d");
const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter("en", {granularity: "grapheme"}) : null;
const letters = (text) => (segmenter ? Array.from(segmenter.segment(text), ({segment}) => segment) : [...text]);

/** The width of a text in pixels, in the font of the page. */
export function widthOf(text, fontSize, weight = 400) {
  context.font = `${weight} ${fontSize}px ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText(text).width;
}

export const widest = (texts, fontSize, weight) => texts.reduce((most, text) => Math.max(most, widthOf(text, fontSize, weight)), 0);

/** Line breaks and what else cannot be seen in a label. */
const visible = (name) => name.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ").trim() || "(blank)";

/** A name in one line, whole. */
export const plain = visible;

const parts = (name) => name.match(/[^/|_:\-\s]*[/|_:\-\s]+|[^/|_:\-\s]+$/g) ?? [name];

function cutMiddle(name, room, fontSize, before, weight) {
  const all = letters(name);
  let [least, most] = [2, all.length];
  const cut = (count) => {
    const front = before ? Math.ceil(count * 0.45) : 0;
    return `${all.slice(0, front).join("").trimEnd()}…${all.slice(all.length - (count - front)).join("").trimStart()}`;
  };
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (widthOf(cut(middle), fontSize, weight) <= room) least = middle;
    else most = middle - 1;
  }
  return cut(least);
}

/**
 * Map from names to what stands for them in at most room pixels.  Beginnings that
 * names share go first, then the middle.  Names that differ get texts that differ.
 */
export function shortNames(names, room, fontSize = 12, weight = 400) {
  const fits = (text) => widthOf(text, fontSize, weight) <= room;
  const distinct = [...new Set(names)];
  const shared = new Map();
  for (const name of distinct) {
    let prefix = "";
    for (const part of parts(visible(name)).slice(0, -1)) {
      prefix += part;
      shared.set(prefix, (shared.get(prefix) ?? 0) + 1);
    }
  }
  const result = new Map();
  const taken = new Set();
  for (const name of distinct) {
    let text = visible(name);
    if (!fits(text)) {
      const pieces = parts(text);
      let prefix = "";
      while (pieces.length > 1 && shared.get(prefix + pieces[0]) > 1 && !fits(`…${pieces.join("")}`)) prefix += pieces.shift();
      const rest = (prefix ? "…" : "") + pieces.join("");
      text = fits(rest) ? rest : cutMiddle(pieces.join(""), room, fontSize, !prefix, weight);
    }
    // the same from two names: the end, then a number, tells them apart
    if (taken.has(text)) text = cutMiddle(visible(name), room, fontSize, false, weight);
    for (let copy = 2, base = text; taken.has(text); copy++) text = `${fits(`${base} ${copy}`) ? base : cutMiddle(base, Math.max(room - 14, 14), fontSize, true, weight)} ${copy}`;
    taken.add(text);
    result.set(name, text);
  }
  return result;
}

/** The words of a text in lines of at most room pixels; a word that is longer is cut, and so is what is beyond most lines. */
export function wrap(text, room, fontSize, {most = Infinity, weight = 400} = {}) {
  const fits = (line) => widthOf(line, fontSize, weight) <= room;
  const lines = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(fits(word) ? word : cutMiddle(word, room, fontSize, true, weight));
  }
  if (lines.length <= most) return lines;
  const last = lines.slice(most - 1).join(" ");
  return [...lines.slice(0, most - 1), fits(`${last}`) ? last : cutMiddle(last, room, fontSize, true, weight)];
}
