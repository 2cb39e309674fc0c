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

// What is written for names that would look alike.
const told = new Map();

/** Line breaks and what else cannot be seen in a label, or not be in a file of XML. */
const visible = (name) => told.get(name) ?? (name.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]+/g, " ").trim() || (name ? "(blank)" : "(empty)"));

/** A name in one line, whole, without marks that would turn what is around it. */
export const plain = (name) => visible(name).replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "") || "(blank)";

/** Gives numbers to those names of a list that differ in nothing that is seen, such as blanks. */
export function tellApart(names) {
  const looks = (name) => plain(name).normalize("NFC").replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, "").replace(/\s+/g, " ").trim();
  // the name that is as it looks keeps it
  const distinct = [...new Set(names)].filter((name) => !told.has(name)).sort((a, b) => (b === looks(b)) - (a === looks(a)) || (a < b ? -1 : 1));
  const all = new Set(distinct.map(looks));
  const met = new Set();
  for (const name of distinct) {
    const look = looks(name);
    if (met.has(look)) {
      let number = 2;
      while (all.has(`${look} (${number})`)) number++;
      told.set(name, `${look} (${number})`);
      all.add(`${look} (${number})`);
    }
    met.add(look);
  }
}

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

// What tells names apart that were cut to the same text: the part between what all
// of them begin and end with, and as much around it as there is room for.
function cutAround(names, fits) {
  const all = names.map((name) => letters(visible(name)));
  const shortest = Math.min(...all.map((each) => each.length));
  let front = 0;
  while (front < shortest && all.every((each) => each[front] === all[0][front])) front++;
  let back = 0;
  while (back < shortest - front && all.every((each) => each.at(-1 - back) === all[0].at(-1 - back))) back++;
  return all.map((each) => {
    let [from, to] = [front, each.length - back];
    const text = () => `${from ? "…" : ""}${each.slice(from, to).join("")}${to < each.length ? "…" : ""}`;
    while (!fits(text()) && to - from > 1) to--;
    for (let grown = true; grown;) {
      grown = false;
      for (const [down, up] of [[1, 0], [0, 1]]) {
        if (from - down < 0 || to + up > each.length) continue;
        from -= down;
        to += up;
        if (fits(text())) grown = true;
        else {
          from += down;
          to -= up;
        }
      }
    }
    return text();
  });
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
  const alike = new Map();
  for (const name of distinct) {
    let text = visible(name);
    if (!fits(text)) {
      const pieces = parts(text);
      let prefix = "";
      while (pieces.length > 1 && shared.get(prefix + pieces[0]) > 1 && !fits(`…${pieces.join("")}`)) prefix += pieces.shift();
      const rest = (prefix ? "…" : "") + pieces.join("");
      text = fits(rest) ? rest : cutMiddle(pieces.join(""), room, fontSize, !prefix, weight);
    }
    if (alike.has(text)) alike.get(text).push(name);
    else alike.set(text, [name]);
  }
  const result = new Map();
  const taken = new Set();
  for (const [text, group] of alike) {
    const texts = group.length === 1 ? [text] : cutAround(group, fits);
    group.forEach((name, at) => {
      // at last a number, for names that differ in what cannot be seen
      let mine = texts[at];
      for (let copy = 2; taken.has(mine); copy++) mine = `${fits(`${texts[at]} ${copy}`) ? texts[at] : cutMiddle(texts[at], Math.max(room - 14, 14), fontSize, true, weight)} ${copy}`;
      taken.add(mine);
      result.set(name, mine);
    });
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
