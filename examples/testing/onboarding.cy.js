// The example app, tested by Cypress: each test in a session of its own.
import { Mock } from "./tallystick.mjs";

const send = (method, url, body) => cy.request(method, url, body);
const MOCK = new Mock("http://127.0.0.1:8080", { send });
const ORGANISATION = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11";

describe("setting up payments", () => {
  let mock;

  beforeEach(() => {
    mock = MOCK.session(Cypress.currentTest.title);
    cy.visit(`/index.html?api=${mock.url}`);
  });

  it("shows that the provider fails, each time", () => {
    const code = "PaymentAccount.ProviderError";
    mock.force([code], { times: 2 });
    for (const times of [1, 2]) {
      cy.contains("button", "Set up payments").click();
      mock.verify({ case: code, times, within: 5 });
      cy.contains("[role=alert]", "Our payment provider has a problem.");
    }
  });

  it("shows that the account is disconnected", () => {
    mock.control("PUT", `organisations/${ORGANISATION}`, { payment_account: "Disconnected" });
    cy.contains("button", "Set up payments").click();
    cy.contains("[role=alert]", "The connection to your payment account was cut.");
    mock.verify({ case: "PaymentAccount.Disconnected", times: 1 });
  });

  it("shows that the connection broke", () => {
    // Once is not enough: browsers try again.
    mock.fault(["reset"], { times: null });
    cy.contains("button", "Set up payments").click();
    cy.contains("[role=alert]", "We cannot reach the service.");
    mock.verify({ at_least: 1, within: 5 });
  });
});
