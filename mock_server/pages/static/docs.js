// Starts Swagger UI: dark where the reader prefers that, and with its first operation open.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

// A link inside the button that unfolds an operation does the same as the button, and screen
// readers cannot tell them apart.
const Plain = ({ React }) => ({
  components: { DeepLink: ({ text }) => React.createElement("span", null, text) },
});

// Fields without a name get that of their parameter; code that scrolls can be scrolled by keys.
function name() {
  for (const field of document.querySelectorAll("select, textarea, input:not([type=hidden])")) {
    const isServer = field.id === "servers"; // its label says nothing
    if (field.ariaLabel || (field.labels?.length && !isServer)) continue;
    const parameter = field.closest("[data-param-name]")?.dataset.paramName;
    const part = field.closest(".examples-select") ? "Example" : "Request body";
    field.ariaLabel = isServer ? "Server" : parameter || part;
  }
  for (const code of document.querySelectorAll("pre:not([tabindex])")) code.tabIndex = 0;
}

const shown = document.getElementById("swagger-ui");
new MutationObserver(name).observe(shown, { childList: true, subtree: true });

// An address may name the operation to be shown. Where it names none, nothing is added to it.
function openFirst() {
  const first = document.querySelector(".opblock:not(.is-open) .opblock-summary-control");
  if (location.hash.length > 2 || !first) return;
  first.click();
  history.replaceState(null, "", location.pathname + location.search);
}

SwaggerUIBundle({
  url: "docs/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null,
  plugins: [Plain], onComplete: openFirst,
});
