// A page that keeps itself up to date disturbs nobody: it waits while somebody fills something in or looks elsewhere,
// leaves open what was opened, and says when it cannot ask any more.
(() => {
  "use strict";
  const main = () => document.getElementById("content");
  const filled = () => [...main().querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
  const name = (one) => one.id || `${one.closest("[id]")?.id} ${one.querySelector("summary")?.textContent.replace(/\d+/g, "")}`;
  let open = [];
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden || main().contains(document.activeElement) || filled()) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", () => {
    open = [...main().querySelectorAll("details[open]")].map(name);
  });
  document.addEventListener("htmx:afterSettle", () => {
    main().querySelectorAll("details").forEach((one) => { if (open.includes(name(one))) one.open = true; });
  });
  const lost = (is) => { document.getElementById("lost").hidden = !is; };
  document.addEventListener("htmx:sendError", () => lost(true));
  document.addEventListener("htmx:responseError", () => lost(true));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) lost(false); });
})();
