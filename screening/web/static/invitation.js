// Copy the personal link, or print the page with its picture. The page works without this.
const copy = document.getElementById("copy");
const print = document.getElementById("print");
copy.hidden = !navigator.clipboard;
print.hidden = false;
copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(document.getElementById("link").textContent.trim());
  copy.textContent = copy.dataset.done;
});
print.addEventListener("click", () => window.print());
