// The example app, tested by Cypress: each test in a session of its own.
const MOCK = "http://127.0.0.1:8080";
const ORGANISATION = "6f1c2a8e-3f0b-4a7e-9a51-0c2f9f0c7a11";

describe("setting up payments", () => {
  let mock;

  const control = (method, path, body) => cy.request(method, `${mock}/_tallystick/${path}`, body);

  beforeEach(() => {
    const title = Cypress.currentTest.title.replace(/[^\w.-]+/g, "-").slice(0, 40);
    mock = `${MOCK}/~session/${title}-${Cypress._.random(1e9)}`;
    cy.visit(`/index.html?api=${mock}`);
  });

  it("shows that the provider fails, each time", () => {
    const code = "PaymentAccount.ProviderError";
    control("POST", "forces", { cases: [code], times: 2 });
    for (const times of [1, 2]) {
      cy.contains("button", "Set up payments").click();
      control("POST", "verify", { case: code, times, within: 5 });
      cy.contains("[role=alert]", "Our payment provider has a problem.");
    }
  });

  it("shows that the account is disconnected", () => {
    control("PUT", `organisations/${ORGANISATION}`, { payment_account: "Disconnected" });
    cy.contains("button", "Set up payments").click();
    cy.contains("[role=alert]", "The connection to your payment account was cut.");
    control("POST", "verify", { case: "PaymentAccount.Disconnected", times: 1 });
  });

  it("shows that the connection broke", () => {
    // Once is not enough: browsers try again.
    control("POST", "faults", { faults: ["reset"], times: null });
    cy.contains("button", "Set up payments").click();
    cy.contains("[role=alert]", "We cannot reach the service.");
    control("POST", "verify", { at_least: 1, within: 5 });
  });
});
