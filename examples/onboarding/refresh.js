// Where a dead link leads: a new link is made, and the browser sent to it. Where new links are dead,
// too (the account was rejected, say), that would go round for ever: so not more than three in a row.
import { createLink, Refusal, show } from "./link.js";

const MOST = 3;
const WITHIN = 20_000; // milliseconds

const now = Date.now();
const made = JSON.parse(sessionStorage.getItem("made") || "[]").filter((time) => now - time < WITHIN);
try {
  if (made.length >= MOST) {
    throw new Refusal("New links do not work, either. Go back to the start, or ask our support: your account may be closed.");
  }
  sessionStorage.setItem("made", JSON.stringify([...made, now]));
  location.replace(await createLink());
} catch (error) {
  document.getElementById("status").textContent = "Your link does not work any more.";
  show(error);
}
