// "None of these" and the other ticks take each other away. Without this the server lets the ticks count.
for (const none of document.querySelectorAll('input[type=checkbox][value="none"]')) {
  const boxes = none.closest("fieldset").querySelectorAll("input[type=checkbox]");
  for (const box of boxes) {
    box.addEventListener("change", () => {
      if (!box.checked) return;
      for (const other of box === none ? boxes : [none]) if (other !== box) other.checked = false;
    });
  }
}
