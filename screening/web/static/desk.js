// The doctor's queue: keep the list fresh, and walk it by keyboard. The page works without this.
const list = document.getElementById("queue");
const help = document.getElementById("keys");
const on = document.getElementById("keys-on");
const EVERY = 15_000;
const AWAY = 20 * 60_000; // then asking stops, so that the sign-in can end by itself
let touched = Date.now();

for (const kind of ["pointerdown", "keydown", "pointermove"]) {
  addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
}

const title = document.title;
const grave = () => new Set([...list.querySelectorAll("[data-grave] a[data-row]")].map((a) => a.href));

// The tab counts what is red: open warning signs, and grave answers that came while it was open.
const known = grave();
const tell = () => {
  const fresh = [...list.querySelectorAll("[data-grave] a[data-row]")].filter((a) => !known.has(a.href));
  fresh.forEach((a) => a.closest("tr").classList.add("fresh"));
  const red = Number(list.querySelector("[data-signs]")?.dataset.signs ?? 0) + fresh.length;
  document.title = red ? `(${red}) ${title}` : title;
  return fresh.length;
};

const refresh = async () => {
  if (Date.now() - touched > AWAY) return;
  const seen = list.querySelector("[data-mark]")?.dataset.mark ?? "";
  const live = new URL(list.dataset.live, location.href);
  live.searchParams.set("seen", seen);
  const response = await fetch(live, { cache: "no-store" }).catch(() => null);
  if (!response?.ok || response.status === 204) return;
  if (response.redirected) return location.reload();
  const fresh = document.createElement("div");
  fresh.innerHTML = await response.text();
  const held = list.contains(document.activeElement) && document.activeElement.getAttribute("href");
  const said = list.textContent;
  list.replaceChildren(...fresh.childNodes);
  if (held) list.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus();
  const news = tell();
  if (said !== list.textContent) document.getElementById("news").textContent = news ? list.dataset.grave : list.dataset.news;
};
if (list.dataset.live) {
  tell();
  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
}

const opener = document.getElementById("keys-open");
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());
on.checked = localStorage.getItem("keys") !== "off";
on.addEventListener("change", () => localStorage.setItem("keys", on.checked ? "on" : "off"));

const step = (by) => {
  const rows = [...list.querySelectorAll("a[data-row]")];
  const at = rows.indexOf(document.activeElement);
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
};
const acts = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => document.getElementById("words").focus(),
  "?": () => help.showModal(),
};
addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
  const act = acts[event.key];
  if (!act || typing || !on.checked || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  act();
});
