// Keeps what is typed when a page is left, and asks before a visit or a sign-in ends by itself.
// Without it the buttons of a page keep too, and links that are links do not.
const ending = document.getElementById("ending");
const staying = ending.querySelector("form");
const KEEP = staying.action;
const ENDS = ending.dataset.ends * 1000;
const WARNS = 120_000;
const UNKEPT = new Set(["password", "file", "submit", "button", "reset"]);
const BESIDE = new Set(["csrf_token", "page", "form-of"]);

const forms = [...document.querySelectorAll("form")].filter((form) => form !== staying && form.method === "post");
const boxes = (form) => [...form.elements].filter((box) => box.name && !UNKEPT.has(box.type) && !BESIDE.has(box.name));
const drawn = new Map(forms.flatMap(boxes).filter((box) => box.type === "hidden").map((box) => [box, box.value]));

// As it stands now, or as the server sent it: a browser may have filled boxes before this ran.
const typed = (form, now) => {
  const said = new URLSearchParams();
  for (const box of boxes(form)) {
    if (box.type === "radio" || box.type === "checkbox") {
      if (now ? box.checked : box.defaultChecked) said.append(box.name, box.value);
    } else if (box.options) {
      const chosen = [...box.options].filter((one) => (now ? one.selected : one.defaultSelected));
      for (const one of chosen.length || box.multiple ? chosen : [box.options[0]]) if (one) said.append(box.name, one.value);
    } else said.append(box.name, now ? box.value : (drawn.get(box) ?? box.defaultValue));
  }
  return said;
};
const before = new Map(forms.map((form) => [form, String(typed(form, false))]));
let sent = null;

const keep = () => {
  for (const form of forms) {
    const now = typed(form, true);
    const said = String(now);
    if (form === sent || said === before.get(form)) continue;
    before.set(form, said);
    now.append("csrf_token", staying.elements.csrf_token.value);
    now.append("page", location.pathname);
    now.append("form-of", new URL(form.getAttribute("action") ?? "", location.href).pathname);
    now.append("names", [...new Set(boxes(form).map((box) => box.name))].join(" "));
    navigator.sendBeacon(KEEP, now);
  }
};
// A text is kept at each pause, since the next page may be asked for before this one is told that it ends.
let pause = 0;
addEventListener("input", (event) => {
  clearTimeout(pause);
  if (!["radio", "checkbox"].includes(event.target.type)) pause = setTimeout(keep, 1000);
});
addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  clearTimeout(pause);
  sent = event.target;
});
addEventListener("pageshow", (event) => { if (event.persisted) sent = null; });
addEventListener("beforeunload", keep);
addEventListener("pagehide", keep);
document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });

// The wall clock counts: a phone that slept cannot stretch the time, and is told when it wakes.
let seen = Date.now();
let over = false;
setInterval(() => {
  const left = ENDS - (Date.now() - seen);
  if (left <= WARNS && !ending.open) ending.showModal();
  if (left <= -1000 && !over) {
    over = true;
    keep();
    setTimeout(() => location.reload(), 500);
  }
}, 1000);
staying.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch(KEEP, { method: "POST", body: new FormData(staying) }).catch(() => null);
  if (answer?.status === 204) seen = Date.now();
  ending.close();
});
