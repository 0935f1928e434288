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
  constructor(words, reference = "", { status, code } = {}) {
    super(words);
    Object.assign(this, { reference, status, code });
  }
}

// One request about the organisation's payment account; gives the content of the answer, or throws
// a Refusal with words for the user.
export async function ask(method, what, { content, headers = {} } = {}) {
  const path = `/organisations/${encodeURIComponent(settings.organisation)}/payment-account/${what}`;
  const body = content && JSON.stringify(content);
  if (content) headers = { ...headers, "content-type": "application/json" };
  const answer = await fetch(settings.api + path, { method, headers, body, cache: "no-store" })
    .catch(() => { throw new Refusal(UNREACHABLE, settings.api); });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const [status, code] = [answer.status, found.title || ""];
    throw new Refusal(WORDS[code] || UNKNOWN, `${status} ${code}`, { status, code });
  }
  return found;
}

// Whether the API has no such operation: the bundled document has the link only.
export const isMissing = ({ status, code }) => [404, 405].includes(status) && !WORDS[code];

// The URL of a new onboarding link. `wanted` is a case of the mock; a real app has no such thing.
export async function createLink(wanted = "") {
  const headers = wanted ? { prefer: `example="${wanted}"` } : {};
  const { url } = await ask("POST", "link", {
    headers,
    content: {
      returnUrl: new URL("return.html", location.href).href,
      refreshUrl: new URL("refresh.html", location.href).href,
    },
  });
  if (!/^https?:/i.test(url)) throw new Refusal(UNKNOWN, "no URL");
  return url;
}

// The same for an organisation that may have no payment account yet: it gets one, once.
export async function enableAndCreateLink(wanted = "") {
  try {
    return await createLink(wanted);
  } catch (refusal) {
    if (wanted || refusal.code !== "PaymentAccount.NotEnabled") throw refusal;
    await ask("POST", "enable").catch((error) => { throw isMissing(error) ? refusal : error; });
    return createLink();
  }
}

// Shows the user what went wrong, with what support needs to know in small print.
export function show(error) {
  const reference = document.createElement("small");
  reference.textContent = error.reference || "";
  document.getElementById("problem").replaceChildren(error.message, reference);
}
