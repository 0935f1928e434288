// The browser is back, and its address says nothing of how far the user got: so ask for the status.
// A real app asks its backend here, which has the API key, and which asks the API.
import { ask, isMissing, Refusal, settings, show } from "./link.js";

const WORDS = {
  NotStarted: "You have not begun the set-up.",
  OnboardingInProgress: "Your set-up is not complete. You can go on at any time.",
  Active: "All is set up: you can take payments.",
  Restricted: "Our payment provider needs more from you.",
  Rejected: "Our payment provider does not accept your account. Please talk to our support.",
  Disconnected: "The connection to your payment account was cut.",
  NotEnabled: "Payments are not switched on for this organisation.",
};
const CHANGING = ["OnboardingInProgress", "Restricted"]; // the provider may still be at work

const [status, due, again] = ["status", "due", "again"].map((id) => document.getElementById(id));

// The account's status, and what the provider still asks for.
async function askForStatus() {
  try {
    const { status, capabilities } = await ask("GET", "status");
    return { state: status, wanted: capabilities?.currentlyDue ?? [] };
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { state: await askTheMock(), wanted: [] };
  }
}

// For the mock only: the bundled document has no status, but the mock's control API has. Pages of
// other origins may not read that, unless the mock allows it.
async function askTheMock() {
  const url = `${settings.api}/_tallystick/organisations/${encodeURIComponent(settings.organisation)}`;
  try {
    return (await (await fetch(url)).json()).payment_account;
  } catch {
    throw new Refusal(
      "The mock did not let this page ask, or does not run.",
      `Start it with: make mock ORIGIN=${location.origin}, or: tallystick mock --allow-origin ${location.origin}`,
    );
  }
}

async function check() {
  again.disabled = true;
  document.getElementById("problem").replaceChildren();
  try {
    const { state, wanted } = await askForStatus();
    status.textContent = `${WORDS[state] || "Its status is not known."} (${state})`;
    due.textContent = wanted.length && state !== "NotStarted" ? `Still needed: ${wanted.join(", ")}` : "";
    again.hidden = !CHANGING.includes(state);
  } catch (error) {
    status.textContent = "The status of your account is not known.";
    due.textContent = "";
    again.hidden = false;
    show(error);
  }
  again.disabled = false;
}

again.addEventListener("click", check);
check();
