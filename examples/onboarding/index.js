import { CODES, enableAndCreateLink, settings, show } from "./link.js";

const form = document.getElementById("set-up");
const { organisation, api, wanted } = form.elements;
organisation.value = settings.organisation;
api.value = settings.api;
wanted.append(...CODES.map((code) => new Option(code)));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  sessionStorage.setItem("organisation", organisation.value.trim());
  sessionStorage.setItem("api", api.value.trim());
  sessionStorage.removeItem("made"); // see refresh.js
  document.getElementById("problem").replaceChildren();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    location.assign(await enableAndCreateLink(wanted.value));
  } catch (error) {
    show(error);
  } finally {
    button.disabled = false;
  }
});
