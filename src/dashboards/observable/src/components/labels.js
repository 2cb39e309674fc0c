// Labels of points that do not overlap: each is put where there is room beside
// its point, the first in order first.  A label without room is left out; the
// point still shows its name when it is explored.
import * as Plot from "@observablehq/plot";
import {widthOf} from "./names.js";

const overlap = (a, b) => a.x1 < b.x2 && b.x1 < a.x2 && a.y1 < b.y2 && b.y1 < a.y2;

// The places that are tried: right, left, above, below, the corners, then further away.
const places = [];
for (const distance of [0, 5, 11])
  for (const [sx, sy] of [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]])
    places.push([sx, sy, distance]);

/**
 * A text mark.  Options are those of Plot.text, of which x, y and text are
 * needed; `radius` is that of the points, `importance` orders the data, the
 * greatest first; more than `most` are not tried; `around` are the points of the
 * data that have no label but must not be covered.
 */
export function pointLabels(data, {radius = 4, fontSize = 11, importance = () => 0, most = 300, ...options}) {
  const order = [...data].sort((a, b) => importance(b) - importance(a));
  return Plot.text(order, {
    ...options,
    fontSize,
    textAnchor: "middle",
    lineAnchor: "middle",
    render(index, scales, values, dimensions, context, next) {
      const {x: X, y: Y, text: T} = values;
      const {width, height, marginLeft, marginRight, marginTop, marginBottom} = dimensions;
      const taken = Array.from(index, (i) => ({
        x1: X[i] - radius, x2: X[i] + radius, y1: Y[i] - radius, y2: Y[i] + radius
      }));
      const x = Float64Array.from(X);
      const y = Float64Array.from(Y);
      const placed = index.filter((i, at) => {
        if (at >= most || !T[i]) return false;
        const w = widthOf(T[i], fontSize) / 2 + 3;
        const h = fontSize / 2 + 2;
        for (const [sx, sy, distance] of places) {
          const cx = X[i] + sx * (radius + w + distance);
          const cy = Y[i] + sy * ((sx ? h : radius + h) + distance);
          const box = {x1: cx - w, x2: cx + w, y1: cy - h, y2: cy + h};
          if (box.x1 < marginLeft || box.x2 > width - marginRight || box.y1 < marginTop || box.y2 > height - marginBottom) continue;
          if (taken.some((other) => overlap(other, box))) continue;
          taken.push(box);
          x[i] = cx;
          y[i] = cy;
          return true;
        }
        return false;
      });
      return next(placed, scales, {...values, x, y}, dimensions, context);
    }
  });
}

export const chartStyle = (fontSize) => ({fontSize: `${fontSize}px`, fontFamily: "inherit", background: "none", overflow: "visible"});
