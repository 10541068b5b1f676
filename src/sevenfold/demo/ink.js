/*
 * Which part of a picture was written, and MNIST's own way from there to 28 x 28: what predictor/ink.py and
 * predictor/mnist.py say, for a browser.
 * A field is {height, width, values}, its values row by row.
 */
const COARSE = 48, NOISE = 4, LEAST = 12, TAIL = 0.004;
const SIDE = 28, BOX = 20, SMALLEST = 10;

const field = (height, width, values) => ({ height, width, values });
const sum = (values) => values.reduce((a, b) => a + b, 0);

/** The value below which a share of the sorted numbers lies, between two of them where it falls there. */
function quantile(numbers, share) {
  const sorted = Float64Array.from(numbers).sort();
  const place = share * (sorted.length - 1), below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** The nearest whole number, of two the even one. */
function toEven(value) {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** n numbers from `from` to `to`, evenly. */
const evenly = (from, to, n) => Array.from({ length: n }, (_, i) => (n === 1 ? from : from + (i * (to - from)) / (n - 1)));
const terms = (y, x) => [1, y, x, y * y, y * x, x * x];

/** x of the 6 x 6 system a x = b. */
function solve(a, b) {
  const rows = a.map((row, i) => [...row, b[i]]);
  for (let i = 0; i < 6; i++) {
    let best = i;
    for (let j = i + 1; j < 6; j++) if (Math.abs(rows[j][i]) > Math.abs(rows[best][i])) best = j;
    [rows[i], rows[best]] = [rows[best], rows[i]];
    for (let j = 0; j < 6; j++) {
      if (j === i) continue;
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k < 7; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return rows.map((row, i) => row[6] / row[i]);
}

/** The surface of second degree through points {terms, value}, by least squares. */
function fitted(points) {
  const a = Array.from({ length: 6 }, () => new Float64Array(6)), b = new Float64Array(6);
  for (const { terms, value } of points)
    for (let i = 0; i < 6; i++) {
      b[i] += terms[i] * value;
      for (let j = 0; j < 6; j++) a[i][j] += terms[i] * terms[j];
    }
  for (let i = 0; i < 6; i++) a[i][i] += 1e-9 * (1 + points.length);
  return solve(a, b);
}

/** The brightness of the paper at each pixel: a surface, fitted again and again to what lies near it. */
function paperOf({ height, width, values }) {
  const rows = evenly(0, height - 1, Math.min(height, COARSE)).map(toEven);
  const columns = evenly(0, width - 1, Math.min(width, COARSE)).map(toEven);
  const unit = (place, length) => (2 * place) / Math.max(length - 1, 1) - 1;
  const points = rows.flatMap((row) =>
    columns.map((column) => ({ terms: terms(unit(row, height), unit(column, width)), value: values[row * width + column] })));
  const border = [];
  for (let x = 0; x < width; x++) border.push(values[x], values[(height - 1) * width + x]);
  for (let y = 0; y < height; y++) border.push(values[y * width], values[y * width + width - 1]);
  const usual = quantile(border, 0.5);
  let near = points.filter(({ value }) => Math.abs(value - usual) < 40);
  if (near.length < 40) near = points;
  let surface = new Float64Array(6);
  for (let i = 0; i < 6; i++) {
    surface = fitted(near);
    const apart = (point) => Math.abs(point.value - sum(point.terms.map((term, j) => term * surface[j])));
    const limit = Math.max(6, 2.5 * quantile(near.map(apart), 0.5));
    const nearer = points.filter((point) => apart(point) <= limit);
    near = nearer.length ? nearer : points;
  }
  const paper = new Float64Array(height * width), [one, y, x, yy, yx, xx] = surface;
  for (let row = 0, i = 0; row < height; row++)
    for (let column = 0, v = unit(row, height); column < width; column++, i++) {
      const u = unit(column, width);
      paper[i] = one + v * (y + yy * v + yx * u) + u * (x + xx * u);
    }
  return paper;
}

/** How much ink each pixel of a grey field (0 to 255) has, from 0 to 1; null where there is none. */
function inkOf(grey) {
  const paper = paperOf(grey);
  const apart = grey.values.map((value, i) => value - paper[i]);
  const floor = Math.max(LEAST, (NOISE * quantile(apart.map(Math.abs), 0.5)) / 0.6745);
  const [darker, brighter] = [-1, 1].map((sign) => apart.map((value) => Math.max(sign * value - floor / 2, 0)));
  const weight = (side) => side.reduce((total, value) => total + value * value, 0);
  const ink = weight(darker) >= weight(brighter) ? darker : brighter;
  const strong = ink.filter((value) => value > floor / 2);
  if (strong.length === 0) return null;
  const full = quantile(strong, 0.8), least = Math.max(floor / 2, 0.12 * full);
  const values = ink.map((value) => (value > least ? Math.min(value / full, 1) : 0));
  return values.some((value) => value > 0) ? field(grey.height, grey.width, values) : null;
}

/** Sums of the rows and of the columns. */
function marginsOf({ height, width, values }) {
  const rows = new Float64Array(height), columns = new Float64Array(width);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      rows[y] += values[i];
      columns[x] += values[i];
    }
  return [rows, columns];
}

/** The part of a field from row and column to row and column, the last two left out. */
function cropped({ width, values }, top, left, bottom, right) {
  const part = new Float64Array((bottom - top) * (right - left));
  for (let y = top; y < bottom; y++) part.set(values.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return field(bottom - top, right - left, part);
}

/** The ink without the rows and columns at the edges that next to no ink lies beyond. */
function withoutSpecks(ink) {
  const [[top, bottom], [left, right]] = marginsOf(ink).map((margin) => {
    const total = sum(margin);
    let share = 0;
    const shares = margin.map((value) => (share += value) / total);
    const reaching = (limit) => shares.findIndex((value) => value >= limit);
    const last = reaching(1 - TAIL);
    return [reaching(TAIL), last < 0 ? margin.length : last + 1];
  });
  return cropped(ink, top, left, bottom, right);
}

/** Means over equal shares of n pixels: for each share, the pixels and their weights. */
function areas(n, count) {
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [(i * n) / count, ((i + 1) * n) / count], parts = [];
    for (let pixel = Math.floor(start); pixel < Math.min(n, Math.ceil(end)); pixel++)
      parts.push([pixel, ((Math.min(end, pixel + 1) - Math.max(start, pixel)) * count) / n]);
    return parts;
  });
}

/** Ink as MNIST would have it: 784 bytes, turned where training saw them so. */
function centred(ink, inverted) {
  const [rows, columns] = marginsOf(ink).map((margin) => [margin.findIndex((value) => value > 0), margin.findLastIndex((value) => value > 0) + 1]);
  const box = cropped(ink, rows[0], columns[0], rows[1], columns[1]);
  const side = Math.max(box.height, box.width, SMALLEST), square = new Float64Array(side * side);
  const top = Math.floor((side - box.height) / 2), left = Math.floor((side - box.width) / 2);
  for (let y = 0; y < box.height; y++) square.set(box.values.subarray(y * box.width, (y + 1) * box.width), (top + y) * side + left);
  const shares = areas(side, BOX), small = new Float64Array(BOX * BOX);
  shares.forEach((down, y) => shares.forEach((across, x) => {
    for (const [row, a] of down) for (const [column, b] of across) small[y * BOX + x] += a * b * square[row * side + column];
  }));
  const most = Math.min(1, small.reduce((a, b) => Math.max(a, b)));
  const grey = small.map((value) => Math.min(Math.floor((255 * value) / most + 0.5), 255));
  const total = sum(grey), image = new Uint8Array(SIDE * SIDE);
  const [down, across] = marginsOf(field(BOX, BOX, grey)).map((margin) => {
    const middle = margin.reduce((moment, value, i) => moment + value * (i + 0.5), 0) / total;
    return Math.min(Math.max(Math.trunc(15 - middle), 0), SIDE - BOX);
  });
  for (let y = 0; y < BOX; y++) image.set(grey.subarray(y * BOX, (y + 1) * BOX), (down + y) * SIDE + across);
  return inverted ? image.map((value) => 255 - value) : image;
}
