// The review: one key leads to the signature. The page works without this.
addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio]), textarea, select, dialog");
  if (event.key !== "d" || typing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (localStorage.getItem("keys") === "off") return;
  event.preventDefault();
  document.getElementById("sign")?.focus();
});
