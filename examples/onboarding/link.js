// Asks the API for an onboarding link, and says in words of this app what went wrong.

const OURS = "This is our mistake, not yours. Please tell our support.";
const WORDS = {
  "PaymentAccountLink.MissingReturnUrl": `We did not say where you want to come back to. ${OURS}`,
  "PaymentAccountLink.InvalidReturnUrl": `The page that you come back to has a wrong address. ${OURS}`,
  "PaymentAccountLink.MissingRefreshUrl": `We did not say where to get a new link. ${OURS}`,
  "PaymentAccountLink.InvalidRefreshUrl": `The page that gets a new link has a wrong address. ${OURS}`,
  "Payment.Forbidden": "You may not set up payments for this organisation. Ask one of its administrators.",
  "Organisation.NotFound": "We do not know this organisation. Check its id, and try again.",
  "PaymentAccount.NotEnabled": "Payments are not switched on for this organisation. Ask our support to do that.",
  "PaymentAccount.Disconnected": "The connection to your payment account was cut. Reset it in your settings, then set up payments again.",
  "PaymentAccount.ProviderError": "Our payment provider has a problem. Wait a few minutes, and try again.",
};
const UNKNOWN = "That did not work. Try again; if it still does not work, tell our support.";
const UNREACHABLE = "We cannot reach the service. Check your connection, and try again.";
export const CODES = Object.keys(WORDS);

// What must outlive the way to the provider and back, in this tab: the URLs carry no state.
const asked = new URLSearchParams(location.search).get("api");
if (asked) sessionStorage.setItem("api", asked);
export const settings = {
  get api() { return (sessionStorage.getItem("api") || "http://127.0.0.1:8080").replace(/\/+$/, ""); },
  get organisation() { return sessionStorage.getItem("organisation") || "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11"; },
};

export class Refusal extends Error {
  constructor(words, reference = "") {
    super(words);
    this.reference = reference;
  }
}

// The URL of a new onboarding link. `wanted` is a case of the mock; a real app has no such thing.
export async function createLink(wanted = "") {
  const path = `/organisations/${encodeURIComponent(settings.organisation)}/payment-account/link`;
  const headers = { "content-type": "application/json" };
  if (wanted) headers.prefer = `example="${wanted}"`;
  const body = JSON.stringify({
    returnUrl: new URL("return.html", location.href).href,
    refreshUrl: new URL("refresh.html", location.href).href,
  });
  const answer = await fetch(settings.api + path, { method: "POST", headers, body })
    .catch(() => { throw new Refusal(UNREACHABLE, settings.api); });
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Refusal(WORDS[content.title] || UNKNOWN, `${answer.status} ${content.title || ""}`);
  }
  if (!/^https?:/i.test(content.url)) throw new Refusal(UNKNOWN, "no URL");
  return content.url;
}

// Shows the user what went wrong, with what support needs to know in small print.
export function show(error) {
  const reference = document.createElement("small");
  reference.textContent = error.reference || "";
  document.getElementById("problem").replaceChildren(error.message, reference);
}
