/* From a picture's pixels to the size of training's images: what `fit` and `stack` of pictures.py say. */

/** What each of n_out places takes of n pixels: shrinking averages, enlarging is bilinear. */
function shares(n, nOut) {
  const scale = n / nOut, support = Math.max(scale, 1) * (scale > 1 ? 0.5 : 1);
  const filter = scale > 1 ? (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) : (x) => Math.max(0, 1 - Math.abs(x));
  return Array.from({ length: nOut }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5)), last = Math.min(n, Math.trunc(centre + support + 0.5));
    const parts = [];
    for (let pixel = first; pixel < last; pixel++) parts.push([pixel, filter((pixel - centre + 0.5) / Math.max(scale, 1))]);
    const total = sum(parts.map(([, weight]) => weight));
    return parts.map(([pixel, weight]) => [pixel, weight / total]);
  });
}

/** A field scaled to (height, width), rounded to bytes after each axis. */
function scaled({ height, width, values }, toHeight, toWidth) {
  const mean = (parts, at) => Math.min(255, Math.max(0, Math.round(parts.reduce((total, [pixel, weight]) => total + weight * at(pixel), 0))));
  const wide = new Uint8Array(height * toWidth), whole = new Uint8Array(toHeight * toWidth);
  shares(width, toWidth).forEach((parts, x) => {
    for (let y = 0; y < height; y++) wide[y * toWidth + x] = mean(parts, (pixel) => values[y * width + pixel]);
  });
  shares(height, toHeight).forEach((parts, y) => {
    for (let x = 0; x < toWidth; x++) whole[y * toWidth + x] = mean(parts, (pixel) => wide[pixel * toWidth + x]);
  });
  return whole;
}

/** One channel of a picture in (height, width): aspect kept, centred, the rest like its border. */
function fittedTo(channel, height, width) {
  if (channel.height === height && channel.width === width) return channel.values;
  const scale = Math.min(height / channel.height, width / channel.width);
  const [h, w] = [channel.height, channel.width].map((length) => Math.max(1, toEven(scale * length)));
  const { values } = channel, border = [];
  for (let x = 0; x < channel.width; x++) border.push(values[x], values[(channel.height - 1) * channel.width + x]);
  for (let y = 0; y < channel.height; y++) border.push(values[y * channel.width], values[(y + 1) * channel.width - 1]);
  const image = new Uint8Array(height * width).fill(Math.trunc(quantile(border, 0.5)));
  const part = scaled(channel, h, w), top = Math.floor((height - h) / 2), left = Math.floor((width - w) / 2);
  for (let y = 0; y < h; y++) image.set(part.subarray(y * w, (y + 1) * w), (top + y) * width + left);
  return image;
}

/** Brightness of a picture {height, width, rgba}, from 0 to 255. */
function greyOf({ height, width, rgba }) {
  const values = new Float64Array(height * width);
  for (let i = 0; i < values.length; i++) values[i] = 0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2];
  return field(height, width, values);
}

/** What a network of this shape that knows no ink sees of a picture: bytes, channels last. */
function asTrained({ rgba, height: from, width: across }, [height, width, channels = 1], inverted) {
  const [red, green, blue] = [0, 1, 2].map((c) => {
    const values = Uint8Array.from({ length: from * across }, (_, i) => rgba[4 * i + c]);
    return fittedTo(field(from, across, values), height, width);
  });
  const planes = channels === 3 ? [red, green, blue] : [red.map((r, i) => Math.round(0.299 * r + 0.587 * green[i] + 0.114 * blue[i]))];
  return Uint8Array.from({ length: height * width * channels }, (_, i) => {
    const value = planes[i % channels][Math.floor(i / channels)];
    return inverted ? 255 - value : value;
  });
}

/** A picture's file or bitmap as {height, width, rgba} on white, its longer side at most `MOST`. */
async function decoded(file) {
  const MOST = 1200, bitmap = await createImageBitmap(file);
  const scale = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((length) => Math.max(1, Math.round(scale * length)));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, width, height);
  return { height, width, rgba: pen.getImageData(0, 0, width, height).data, canvas };
}
