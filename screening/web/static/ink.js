// A drawing beside the typed name. Only points leave the page; the server makes the picture.
// Form: "x,y x,y;x,y": strokes by semicolons, points by spaces, whole pixels of a 600 x 200 field.
const MOST_POINTS = 5000;
for (const box of document.querySelectorAll("[data-ink]")) {
  const canvas = box.querySelector("canvas");
  const field = box.querySelector("input");
  const pen = canvas.getContext("2d");
  const read = (text) => text.split(";").map((s) => s.split(" ").map((p) => p.split(",").map(Number)));
  let strokes = field.value ? read(field.value) : [];
  let stroke = null;

  const paint = () => {
    const ratio = devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    pen.scale(canvas.width / 600, canvas.height / 200);
    pen.lineWidth = 2.4;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#111";
    for (const points of strokes) {
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (const point of points) pen.lineTo(...point);
      pen.stroke();
    }
  };
  const at = (event) => {
    const area = canvas.getBoundingClientRect();
    return [
      Math.round(((event.clientX - area.left) / area.width) * 600),
      Math.round(((event.clientY - area.top) / area.height) * 200),
    ];
  };
  const count = () => strokes.reduce((sum, points) => sum + points.length, 0);
  const keep = () => {
    stroke = null;
    field.value = strokes.map((points) => points.map((p) => p.join()).join(" ")).join(";");
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || count() >= MOST_POINTS) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = [at(event)];
    strokes.push(stroke);
    paint();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || count() >= MOST_POINTS) return;
    stroke.push(at(event));
    paint();
  });
  canvas.addEventListener("pointerup", keep);
  canvas.addEventListener("pointercancel", keep);
  box.querySelector("[data-clear]").addEventListener("click", () => {
    strokes = [];
    keep();
    paint();
  });
  addEventListener("resize", paint);
  paint();
}
