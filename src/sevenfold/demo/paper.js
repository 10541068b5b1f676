/*
 * What was written on: what predictor/paper.py says, for a browser.
 * A field is {height, width, values}, its values row by row.
 */
const COARSE = 48, LIKE = 40, AROUND = 0.75, TWO = 0.7, PIECE = 0.01, NOISE = 4, LEAST = 12, MOST = 0.4;

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

/** The outermost rows and columns in one, corners twice. */
function borderOf({ height, width, values }) {
  const border = [];
  for (let x = 0; x < width; x++) border.push(values[x], values[(height - 1) * width + x]);
  for (let y = 0; y < height; y++) border.push(values[y * width], values[(y + 1) * width - 1]);
  return border;
}

function cornersOf({ height, width, values }) {
  return [0, width - 1, (height - 1) * width, height * width - 1].map((place) => values[place]);
}

/** x of the system a x = b. */
function solve(a, b) {
  const rows = a.map((row, i) => [...row, b[i]]), n = b.length;
  for (let i = 0; i < n; i++) {
    let best = i;
    for (let j = i + 1; j < n; j++) if (Math.abs(rows[j][i]) > Math.abs(rows[best][i])) best = j;
    [rows[i], rows[best]] = [rows[best], rows[i]];
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const factor = rows[j][i] / rows[i][i];
      for (let k = i; k <= n; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return rows.map((row, i) => row[n] / row[i]);
}

/** The surface of so many terms through points {terms, value}, by least squares. */
function throughAll(points, n) {
  const a = Array.from({ length: n }, () => new Float64Array(n)), b = new Float64Array(n);
  for (const { terms, value } of points)
    for (let i = 0; i < n; i++) {
      b[i] += terms[i] * value;
      for (let j = 0; j < n; j++) a[i][j] += terms[i] * terms[j];
    }
  for (let i = 0; i < n; i++) a[i][i] += 1e-9 * (1 + points.length);
  return solve(a, b);
}

/** The surface through what is near it, begun with `near`; how far each point is from it, and how far is near. */
function fitted(points, near, n, within = points) {
  let surface, limit;
  const apart = (point) => Math.abs(point.value - surface.reduce((total, factor, i) => total + factor * point.terms[i], 0));
  for (let i = 0; i < 6; i++) {
    surface = throughAll(near, n);
    limit = Math.max(6, 2.5 * quantile(near.map(apart), 0.5));
    near = within.filter((point) => apart(point) <= limit);
  }
  return { surface, apart: points.map(apart), limit };
}

/** Whether what is paper, a field of 0 and 1, lies all around. */
function surrounds(isPaper) {
  const border = borderOf(isPaper);
  return sum(border) / border.length >= AROUND && sum(cornersOf(isPaper)) >= 3;
}

/** Between dark and bright, so that their means explain most of the variance, and that share of it. */
function threshold(samples) {
  const values = Float64Array.from(samples).sort(), n = values.length, all = sum(values);
  let below = 0, most = -1, place = 0;
  for (let i = 1; i < n; i++) {
    below += values[i - 1];
    const apart = (all - below) / (n - i) - below / i, between = (i * (n - i) * apart * apart) / (n * n);
    if (between > most) [most, place] = [between, i];
  }
  const variance = values.reduce((total, value) => total + (value - all / n) ** 2, 0) / n;
  return [(values[place - 1] + values[place]) / 2, most / Math.max(variance, 1e-9)];
}

/** The pieces of a field that hang together where its values are above 0, corners included: the places of each. */
function piecesOf({ height, width, values }) {
  const left = Uint8Array.from(values, (value) => (value > 0 ? 1 : 0)), pieces = [];
  for (let start = 0; start < left.length; start++) {
    if (!left[start]) continue;
    const found = [start];
    left[start] = 0;
    for (let i = 0; i < found.length; i++) {
      const y = Math.floor(found[i] / width), x = found[i] % width;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++)
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const place = row * width + column;
          if (left[place]) found.push(place);
          left[place] = 0;
        }
    }
    pieces.push(found);
  }
  return pieces;
}

/** How many of them are no specks. */
const countOf = (part) => piecesOf(part).filter(({ length }) => length >= Math.max(2, PIECE * part.values.length)).length;

/** Which of the points are surely paper, and how far ink is from it; null where these are not two kinds. */
function parted(samples, points) {
  const [limit, share] = threshold(samples.values);
  if (share < TWO) return null;
  const [bright, dark] = [(value) => value > limit, (value) => value <= limit].map((is) =>
    field(samples.height, samples.width, Uint8Array.from(samples.values, (value) => (is(value) ? 1 : 0))));
  const border = borderOf(bright);
  const votes = countOf(bright) - countOf(dark) || sum(cornersOf(bright)) - 2 || sum(border) / border.length - 0.5;
  const isPaper = (value) => value > limit === votes > 0;
  const [paper, ink] = [true, false].map((is) => quantile(samples.values.filter((value) => isPaper(value) === is), 0.5));
  const contrast = Math.abs(paper - ink);
  return { near: points.filter(({ value }) => isPaper(value) && Math.abs(value - paper) <= contrast / 4), contrast };
}

/** The paper of a grey field: its brightness at each pixel, and grey levels from there that it stays within. */
function paperOf(grey) {
  const { height, width, values } = grey;
  const rows = evenly(0, height - 1, Math.min(height, COARSE)).map(toEven);
  const columns = evenly(0, width - 1, Math.min(width, COARSE)).map(toEven);
  const unit = (place, length) => (2 * place) / Math.max(length - 1, 1) - 1;
  const points = rows.flatMap((row) =>
    columns.map((column) => ({ terms: terms(unit(row, height), unit(column, width)), value: values[row * width + column] })));
  const usual = quantile(borderOf(grey), 0.5);
  let near = points.filter(({ value }) => Math.abs(value - usual) < LIKE), most = Infinity;
  if (near.length < 40) near = points;
  let found = fitted(points, near, 6);
  const reach = Math.min(Math.max(2 * found.limit, LEAST), LIKE);
  if (!surrounds(field(rows.length, columns.length, found.apart.map((apart) => (apart <= reach ? 1 : 0))))) {
    const two = parted(field(rows.length, columns.length, points.map(({ value }) => value)), points);
    if (two) {
      found = fitted(points, two.near, 3, two.near);
      most = MOST * two.contrast;
    }
  }
  const spread = quantile(found.apart.filter((apart) => apart <= 2 * found.limit), 0.5) / 0.6745;
  const brightness = new Float64Array(height * width), [one, y, x, yy = 0, yx = 0, xx = 0] = found.surface;
  for (let row = 0, i = 0; row < height; row++)
    for (let column = 0, v = unit(row, height); column < width; column++, i++) {
      const u = unit(column, width);
      brightness[i] = one + v * (y + yy * v + yx * u) + u * (x + xx * u);
    }
  return { brightness, floor: Math.min(Math.max(LEAST, NOISE * spread), most) };
}
