// Starts Swagger UI: dark where the reader prefers that, and with its first operation open.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

// An address may name the operation to be shown. Where it names none, nothing is added to it.
function openFirst() {
  const first = document.querySelector(".opblock:not(.is-open) .opblock-summary-control");
  if (location.hash.length > 2 || !first) return;
  first.click();
  history.replaceState(null, "", location.pathname + location.search);
}

SwaggerUIBundle({
  url: "docs/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null,
  onComplete: openFirst,
});
