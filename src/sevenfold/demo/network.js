/** A 16-bit float as a number. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bytes of text in base64. */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** The layers of a stored network: a kernel of shape (inputs, units), row by row, and a bias each. */
function layersOf(stored) {
  const view = new DataView(bytesOf(stored.weights).buffer);
  const numbers = Float32Array.from({ length: view.byteLength / 2 }, (_, i) => half(view.getUint16(2 * i, true)));
  const layers = [];
  let at = 0;
  for (let i = 1; i < stored.widths.length; i++) {
    const [inputs, units] = [stored.widths[i - 1], stored.widths[i]];
    const kernel = numbers.subarray(at, (at += inputs * units));
    layers.push({ units, kernel, bias: numbers.subarray(at, (at += units)) });
  }
  return layers;
}

/** The probability of each class. pixels: an image as training saw it, bytes. */
function probabilities(network, pixels) {
  let values = Float64Array.from(pixels, (pixel) => pixel / 255);
  network.layers.forEach(({ units, kernel, bias }, i) => {
    const sums = Float64Array.from(bias);
    values.forEach((value, input) => {
      if (value === 0) return;
      for (let unit = 0, at = input * units; unit < units; unit++, at++) sums[unit] += value * kernel[at];
    });
    const isLast = i === network.layers.length - 1;
    values = isLast ? sums.map((sum) => sum / network.temperature) : sums.map((sum) => Math.max(sum, 0));
  });
  const most = values.reduce((a, b) => Math.max(a, b));
  const grown = values.map((value) => Math.exp(value - most));
  const total = grown.reduce((a, b) => a + b);
  return Array.from(grown, (value) => value / total);
}
