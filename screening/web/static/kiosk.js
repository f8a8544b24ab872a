// The waiting-room tablet: warn when nobody is there, forget, show nothing again, hold on while offline.
const idle = document.getElementById("idle");
const left = idle.querySelector("[data-left]");
const offline = document.getElementById("offline");
const IDLE = idle.dataset.idle * 1000;
const GRACE = idle.dataset.grace * 1000;
let last = Date.now();
let warned = 0;
let leaving = false;

for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
  addEventListener(kind, () => { if (!idle.open) last = Date.now(); }, { passive: true });
}
idle.addEventListener("close", () => { last = Date.now(); });

// The wall clock counts, so that a tablet that slept cannot stretch the limit.
setInterval(() => {
  const now = Date.now();
  if (!idle.open && now - last >= IDLE) {
    warned = now;
    idle.showModal();
  }
  if (idle.open) {
    const seconds = Math.max(0, Math.ceil((warned + GRACE - now) / 1000));
    left.textContent = seconds;
    if (seconds === 0 && !leaving && navigator.onLine) {
      leaving = true;
      idle.querySelector("[data-reset]").requestSubmit();
    }
  }
}, 1000);

// Chromium keeps even no-store pages for Back; a page that comes back loads afresh.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
addEventListener("contextmenu", (event) => event.preventDefault());

const awake = () => navigator.wakeLock?.request("screen").catch(() => {});
awake();
document.addEventListener("visibilitychange", () => { if (!document.hidden) awake(); });

const say = () => { offline.hidden = navigator.onLine; };
addEventListener("online", say);
addEventListener("offline", say);
say();
for (const form of document.querySelectorAll("main form")) {
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    addEventListener("online", () => form.requestSubmit(event.submitter), { once: true });
  });
}
