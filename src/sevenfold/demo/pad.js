/*
 * Where a person draws: with mouse, finger or pen, or by the arrow keys.
 */
const PAD = 320, PEN = 22;

function padOn(canvas, cross, changed) {
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const strokes = [];
  let picture = null, open = null, at = { x: PAD / 2, y: PAD / 2 };

  function redraw() {
    pen.clearRect(0, 0, PAD, PAD);
    if (picture) {
      const scale = Math.min(PAD / picture.width, PAD / picture.height);
      const [w, h] = [picture.width * scale, picture.height * scale];
      pen.imageSmoothingEnabled = scale < 1;
      pen.drawImage(picture, (PAD - w) / 2, (PAD - h) / 2, w, h);
      return;
    }
    Object.assign(pen, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(canvas).color });
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0].x, stroke[0].y);
      for (const { x, y } of stroke.length > 1 ? stroke.slice(1) : stroke) pen.lineTo(x, y);
      pen.stroke();
    }
  }

  function begin(point) {
    picture = null;
    open = [point];
    strokes.push(open);
    redraw();
  }

  function end(done) {
    open = null;
    changed(done);
  }

  const placeOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: ((event.clientX - box.left) * PAD) / box.width, y: ((event.clientY - box.top) * PAD) / box.height };
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    cross.hidden = true;
    begin(placeOf(event));
    changed(false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!open || !canvas.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? [];
    open.push(...(all.length ? all : [event]).map(placeOf));
    redraw();
    changed(false);
  });
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, () => open && end(true));

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const mark = () => {
    cross.hidden = false;
    cross.classList.toggle("down", open !== null);
    Object.assign(cross.style, { left: `${(100 * at.x) / PAD}%`, top: `${(100 * at.y) / PAD}%` });
  };
  canvas.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (step) {
      const [x, y] = [at.x + 8 * step[0], at.y + 8 * step[1]].map((place) => Math.min(Math.max(place, 0), PAD));
      at = { x, y };
      if (open) {
        open.push(at);
        redraw();
        changed(false);
      }
    } else if (event.key === " " || event.key === "Enter") {
      if (open) end(true);
      else {
        begin(at);
        changed(false);
      }
    } else return;
    event.preventDefault();
    mark();
  });
  canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && mark());
  canvas.addEventListener("blur", () => {
    cross.hidden = true;
    if (open) end(true);
  });

  return {
    /** Whether anything is there. */
    get isEmpty() {
      return strokes.length === 0 && picture === null;
    },
    /** What was drawn, from 0 to 1; null where there is none. */
    ink() {
      const { data } = pen.getImageData(0, 0, PAD, PAD);
      const values = Float64Array.from({ length: PAD * PAD }, (_, i) => data[4 * i + 3] / 255);
      return values.some((value) => value > 0) ? field(PAD, PAD, values) : null;
    },
    undo() {
      open = null;
      if (picture) picture = null;
      else strokes.pop();
      redraw();
    },
    clear() {
      [open, picture, strokes.length] = [null, null, 0];
      redraw();
    },
    /** A picture in the place of what was drawn, which `undo` brings back. */
    show(canvas) {
      [open, picture] = [null, canvas];
      redraw();
    },
    redraw,
  };
}
