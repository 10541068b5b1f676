/* What a person gives, and what the networks say of it. */
const stored = JSON.parse(document.getElementById("networks").textContent);
const networks = stored.map((network) => ({ ...network, layers: layersOf(network) }));
const draws = networks.every((network) => network.prepares);
const $ = (id) => document.getElementById(id);

/** A probability that never claims certainty. */
function percent(share) {
  return share >= 0.9995 ? "> 99.9\u00a0%" : `${(100 * share).toFixed(1)}\u00a0%`;
}

/** A canvas with an image of bytes, (h, w) or (h, w, 3). */
function pictureOf(pixels, [height, width, channels = 1]) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const image = new ImageData(width, height);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[i * channels + (channels === 3 ? c : 0)];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** A panel of the page: shows what one network saw and says. */
function panelOf(network, panel) {
  const part = (name) => panel.querySelector(`.${name}`);
  const most = Math.min(network.classes.length, network.classes.length > 12 ? 8 : 12);
  const bars = Array.from({ length: most }, () => {
    const row = document.createElement("li");
    row.innerHTML = '<span class="name"></span><span class="bar"><span></span></span><span class="share"></span>';
    part("bars").append(row);
    return row;
  });
  const paper = new Uint8Array(network.shape.reduce((a, b) => a * b)).fill(network.inverted ? 255 : 0);
  return (pixels) => {
    const isEmpty = pixels === null, shares = isEmpty ? network.classes.map(() => 0) : probabilities(network, pixels);
    const order = shares.map((_, i) => i).sort((a, b) => shares[b] - shares[a]);
    const shown = most === network.classes.length ? shares.map((_, i) => i) : order.slice(0, most);
    shown.forEach((i, place) => {
      const [name, bar, share] = bars[place].children;
      name.textContent = network.classes[i];
      bar.firstChild.style.width = `${100 * shares[i]}%`;
      share.textContent = isEmpty ? "" : percent(shares[i]);
      bars[place].classList.toggle("best", !isEmpty && i === order[0]);
    });
    part("saw").replaceChildren(pictureOf(pixels ?? paper, network.shape));
    part("saw").classList.toggle("nothing", isEmpty && !network.prepares);
    const [best, second] = order, unsure = !isEmpty && network.threshold !== null && shares[best] < network.threshold;
    part("answer").textContent = isEmpty ? "\u2013" : network.classes[best];
    part("certainty").textContent = isEmpty
      ? part("certainty").dataset.empty
      : `${percent(shares[best])}${unsure ? `, unsure; or ${network.classes[second]} (${percent(shares[second])})` : ""}`;
    panel.classList.toggle("unsure", unsure);
    return isEmpty ? "" : `${network.classes[best]}, ${part("certainty").textContent}`;
  };
}

const panels = networks.map((network, i) => panelOf(network, $(`network-${i}`)));
const pad = padOn($("pad"), $("cross"), (done) => draws && answer(done));
if (!draws) $("pad").style.pointerEvents = "none";
let given = null; // a picture {height, width, rgba}, or an example {pixels} as the first network's training saw it; null while somebody draws

/** What a network sees of what is there; null where there is nothing. */
function seenBy(network) {
  if (given === null) {
    const ink = draws ? pad.ink() : null;
    return ink && centred(ink, network.inverted);
  }
  if (given.pixels) return network.inverted === networks[0].inverted ? given.pixels : given.pixels.map((value) => 255 - value);
  if (!network.prepares) return asTrained(given, network.shape, network.inverted);
  const ink = inkOf(greyOf(given));
  return ink && centred(withoutSpecks(ink), network.inverted);
}

function answer(done = true) {
  const said = networks.map((network, i) => panels[i](seenBy(network)));
  if (done) $("said").textContent = said.join(". ");
  if (!draws) $("hint").hidden = given !== null;
}

async function take(file) {
  $("problem").textContent = "";
  try {
    given = await decoded(file);
  } catch {
    $("problem").textContent = `${file.name || "What was pasted"} cannot be read as a picture here. Give a PNG, JPEG or WebP.`;
    return;
  }
  pad.show(given.canvas);
  answer();
  if (networks.some((network) => network.prepares && seenBy(network) === null)) $("problem").textContent = "Nothing is written on this picture. Give one with more contrast.";
}

function reset(change) {
  $("problem").textContent = "";
  given = null;
  change();
  answer();
}

$("pad").addEventListener("pointerdown", () => (given = null), { capture: true });
$("pad").addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && (given = null), { capture: true });
$("clear").addEventListener("click", () => reset(pad.clear));
$("undo")?.addEventListener("click", () => reset(pad.undo));
$("file").addEventListener("change", (event) => {
  if (event.target.files.length) take(event.target.files[0]);
  event.target.value = "";
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    event.preventDefault();
    reset(pad.undo);
  } else if (event.key === "Escape") reset(pad.clear);
});
document.addEventListener("paste", (event) => {
  const file = [...event.clipboardData.files][0];
  if (file) take(file);
});
for (const kind of ["dragenter", "dragover"])
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
document.addEventListener("dragleave", (event) => event.relatedTarget || document.body.classList.remove("dropping"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  const file = event.dataTransfer.files[0];
  if (file) take(file);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", pad.redraw);

networks[0].examples.forEach(({ name, pixels }) => {
  const button = document.createElement("button"), picture = pictureOf(bytesOf(pixels), networks[0].shape);
  button.type = "button";
  button.setAttribute("aria-label", `Example: ${name}`);
  button.append(picture);
  button.addEventListener("click", () => {
    $("problem").textContent = "";
    given = { pixels: bytesOf(pixels) };
    pad.show(picture);
    answer();
  });
  $("examples").append(button);
});
answer(false);
