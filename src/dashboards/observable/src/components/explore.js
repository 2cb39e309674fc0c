// What hovering shows, for a pointer, a finger and the keyboard: the marks of a
// chart that have a title, one after the other with the arrow keys.
import {element} from "./words.js";

const reach = 28;

let tip;
let shownAt = 0;

function showTip(mark, text) {
  tip ??= document.body.appendChild(element("div", {className: "tip", role: "status"}));
  tip.replaceChildren(...text.split("\n").map((line, at) => element(at ? "div" : "b", {}, line)));
  tip.style.display = "block";
  const box = mark.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.x + box.width / 2 - own.width / 2, document.documentElement.clientWidth - own.width - 8));
  shownAt = performance.now();
  const above = box.y - own.height - 10;
  tip.style.left = `${left}px`;
  tip.style.top = `${above >= 4 ? above : box.bottom + 10}px`;
}

export function hideTip() {
  if (tip) tip.style.display = "none";
}

/**
 * Makes a chart explorable and gives the element to put in its place.  says: the
 * finding, for those who do not see it.  choose(mark): what a click or Enter does.
 */
export function explorable(svg, says, {choose} = {}) {
  const marks = [];
  for (const title of svg.querySelectorAll("title")) {
    const mark = title.parentElement;
    if (mark === svg) continue;
    mark.dataset.tip = title.textContent;
    marks.push(mark);
    title.remove();
  }
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", says);
  const wrapper = element("div", {
    className: "explorable", tabIndex: 0, role: "group", "aria-roledescription": "chart",
    "aria-label": `${says} ${marks.length} marks, by arrow keys${choose ? "; Enter chooses one" : ""}.`
  }, svg);
  if (!marks.length) {
    wrapper.removeAttribute("tabindex");
    return wrapper;
  }

  let current = -1;
  const show = (at) => {
    marks[current]?.classList.remove("explored");
    current = at;
    if (at < 0) return hideTip();
    marks[at].classList.add("explored");
    showTip(marks[at], marks[at].dataset.tip);
  };
  const nearest = (event) => {
    const direct = event.target.closest?.("[data-tip]");
    if (direct) return marks.indexOf(direct);
    let [best, distance] = [-1, reach];
    marks.forEach((mark, at) => {
      const box = mark.getBoundingClientRect();
      const dx = Math.max(box.x - event.clientX, 0, event.clientX - box.right);
      const dy = Math.max(box.y - event.clientY, 0, event.clientY - box.bottom);
      const far = Math.hypot(dx, dy);
      if (far < distance) [best, distance] = [at, far];
    });
    return best;
  };
  wrapper.addEventListener("pointermove", (event) => show(nearest(event)));
  wrapper.addEventListener("pointerdown", (event) => show(nearest(event)));
  wrapper.addEventListener("pointerleave", () => show(-1));
  wrapper.addEventListener("blur", () => show(-1));
  wrapper.addEventListener("keydown", (event) => {
    const steps = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1};
    if (event.key in steps) show((Math.max(current, steps[event.key] > 0 ? -1 : 0) + steps[event.key] + marks.length) % marks.length);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(marks.length - 1);
    else if (event.key === "Escape") show(-1);
    else if (event.key === "Enter" && choose && current >= 0) choose(marks[current]);
    else return;
    event.preventDefault();
    if (current < 0) return;
    marks[current].scrollIntoView({block: "nearest", inline: "nearest"});
    // where it is now, and where it is once the page has scrolled
    showTip(marks[current], marks[current].dataset.tip);
    const mark = marks[current];
    requestAnimationFrame(() => mark.classList.contains("explored") && showTip(mark, mark.dataset.tip));
  });
  if (choose) {
    wrapper.classList.add("chooses");
    wrapper.addEventListener("click", (event) => {
      const at = nearest(event);
      if (at >= 0) choose(marks[at]);
    });
  }
  return wrapper;
}

// A tip does not scroll with its mark; but the scrolling that brought the mark into sight is no reason.
window.addEventListener("scroll", () => { if (performance.now() - shownAt > 250) hideTip(); }, {passive: true});
