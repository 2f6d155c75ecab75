// Buttons that copy the text beside them. Without this script they stay hidden, and the text can be marked and copied.
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
      .then(() => { button.textContent += " ✓"; button.disabled = true; }));
  });
})();
