// The waiting-room tablet: warn when nobody is there, forget, show nothing again, hold on while offline.
const idle = document.getElementById("idle");
const left = idle.querySelectorAll("[data-left]");
const reset = idle.querySelector("[data-reset]");
const offline = document.getElementById("offline");
const { here, moved } = idle.dataset;
const IDLE = idle.dataset.idle * 1000;
const GRACE = idle.dataset.grace * 1000;
let last = Date.now();
let told = last;
let warned = 0;
let leaving = false;

for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
  addEventListener(kind, () => { if (!idle.open) last = Date.now(); }, { passive: true });
}
idle.addEventListener("close", () => { last = Date.now(); });

// The server's word alone says that there is a connection; 410: another device goes on.
const ask = async (options = {}) => {
  const answer = await fetch(here, { cache: "no-store", signal: AbortSignal.timeout(3000), ...options }).catch(() => null);
  offline.hidden = Boolean(answer);
  if (answer?.status === 410) location.replace(moved);
  return Boolean(answer);
};
setInterval(ask, 4000);
addEventListener("online", () => ask());
addEventListener("offline", () => { offline.hidden = false; });

// The wall clock counts, so that a tablet that slept cannot stretch the limit.
setInterval(() => {
  const now = Date.now();
  if (last > told && now - told > IDLE) {
    told = now;
    ask({ method: "POST", body: new FormData(reset) });
  }
  if (!idle.open && now - last >= IDLE) {
    warned = now;
    idle.showModal();
  }
  if (idle.open) {
    const seconds = Math.max(0, Math.ceil((warned + GRACE - now) / 1000));
    for (const shown of left) shown.textContent = seconds;
    if (seconds === 0 && !leaving && offline.hidden) {
      leaving = true;
      reset.requestSubmit();
    }
  }
}, 1000);

// What says that all is done needs nobody to close it.
const closes = document.querySelector("[data-closes]");
if (closes) setTimeout(() => closes.click(), closes.dataset.closes * 1000);

// Chromium keeps even no-store pages for Back; a page that comes back loads afresh.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
addEventListener("contextmenu", (event) => event.preventDefault());

const awake = () => navigator.wakeLock?.request("screen").catch(() => {});
awake();
document.addEventListener("visibilitychange", () => { if (!document.hidden) awake(); });

// Nothing leaves the page before the server was heard, and nothing leaves it twice.
for (const form of document.querySelectorAll("form[method=post]")) {
  let state = "here";
  form.addEventListener("submit", async (event) => {
    if (state === "leaves") {
      state = "left";
      return;
    }
    event.preventDefault();
    if (state !== "here") return;
    state = "waits";
    while (!(await ask())) await new Promise((again) => setTimeout(again, 1000));
    state = "leaves";
    form.requestSubmit(event.submitter);
  });
}
addEventListener("click", (event) => {
  if (!offline.hidden && event.target.closest("a")) event.preventDefault();
});
