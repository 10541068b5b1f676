/*
 * Which part of a picture was written, and MNIST's own way from there to 28 x 28: what predictor/ink.py and
 * predictor/mnist.py say, for a browser.
 */
const CELLS = 64, SPECK = 0.1, TAIL = 0.004, SIDE = 28, BOX = 20, SMALLEST = 10;

/** How much ink each pixel of a grey field (0 to 255) has, from 0 to 1; null where there is none. */
function inkOf(grey) {
  const { brightness, floor } = paperOf(grey);
  const apart = grey.values.map((value, i) => value - brightness[i]);
  const [darker, brighter] = [-1, 1].map((sign) => apart.map((value) => Math.max(sign * value - floor / 2, 0)));
  const weight = (side) => side.reduce((total, value) => total + value * value, 0);
  const ink = weight(darker) >= weight(brighter) ? darker : brighter;
  const strong = field(grey.height, grey.width, ink.map((value) => (value > floor / 2 ? 1 : 0)));
  if (!hangsTogether(strong)) return null;
  const full = quantile(ink.filter((_, i) => strong.values[i]), 0.8), least = Math.max(floor / 2, 0.12 * full);
  const values = ink.map((value) => (value > least ? Math.min(value / full, 1) : 0));
  return values.some((value) => value > 0) ? field(grey.height, grey.width, values) : null;
}

/** Whether some pixel of a field of 0 and 1 has two such neighbours or more, as those of a stroke have, and grains do not. */
function hangsTogether({ height, width, values }) {
  return values.some((value, place) => {
    if (!value) return false;
    const y = Math.floor(place / width), x = place % width;
    let around = 0;
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++)
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) around += values[row * width + column];
    return around >= 3;
  });
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

/** The ink without pieces that are small beside the largest. */
function largePieces({ height, width, values }) {
  const [rows, columns] = [height, width].map((length) => Math.min(length, CELLS));
  const cellOf = (place) => {
    const y = Math.floor((Math.floor(place / width) * rows) / height), x = Math.floor(((place % width) * columns) / width);
    return y * columns + x;
  };
  const amount = new Float64Array(rows * columns);
  values.forEach((value, place) => (amount[cellOf(place)] += value));
  const pieces = piecesOf(field(rows, columns, amount));
  const sizes = pieces.map((piece) => piece.reduce((total, cell) => total + amount[cell], 0));
  const least = SPECK * Math.max(...sizes), isLarge = new Uint8Array(rows * columns);
  pieces.forEach((piece, i) => sizes[i] >= least && piece.forEach((cell) => (isLarge[cell] = 1)));
  return field(height, width, values.map((value, place) => (isLarge[cellOf(place)] ? value : 0)));
}

/** The ink without them, and without the rows and columns at the edges that next to no ink lies beyond. */
function withoutSpecks(written) {
  const ink = largePieces(written);
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
