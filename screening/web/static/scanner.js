// A keyboard scanner sends Enter after each lot: go on to the next field instead of nothing.
for (const form of document.querySelectorAll("[data-scans]")) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox])")) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input:not([type=hidden], [type=checkbox])")];
    fields[fields.indexOf(event.target) + 1]?.focus();
  });
}
