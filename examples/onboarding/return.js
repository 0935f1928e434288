// A real app asks its backend here, which asks the real API. The mock tells the state of an account
// by its control API, which pages of other origins may not read, unless the mock allows it.
import { Refusal, settings, show } from "./link.js";

const WORDS = {
  NotStarted: "You have not begun the set-up.",
  OnboardingInProgress: "Your set-up is not complete. You can go on at any time.",
  Active: "All is set up: you can take payments.",
  Restricted: "Our payment provider needs more from you.",
  Rejected: "Our payment provider does not accept your account. Please talk to our support.",
  Disconnected: "The connection to your payment account was cut.",
  NotEnabled: "Payments are not switched on for this organisation.",
};

const status = document.getElementById("status");
try {
  const answer = await fetch(`${settings.api}/_tallystick/organisations/${encodeURIComponent(settings.organisation)}`);
  const { payment_account: state } = await answer.json();
  status.textContent = `${WORDS[state] || "Its status is not known."} (${state})`;
} catch {
  status.textContent = "The status of your account is not known.";
  show(new Refusal(
    "The mock did not let this page ask, or does not run.",
    `Start it with: make mock ORIGIN=${location.origin}, or: tallystick mock --allow-origin ${location.origin}`,
  ));
}
