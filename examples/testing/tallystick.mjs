// The mock in JavaScript tests: its control API by plain fetch (Node.js 18 or newer), no package.
// `tallystick.d.mts` has the types.

export class Mock {
  // `url` is the base URL for the code under test: the mock's, or that of one of its sessions.
  // `send(method, url, body)` takes the place of fetch: in Cypress, cy.request.
  constructor(url = "http://127.0.0.1:8080", { send = fetched } = {}) {
    this.url = url.replace(/\/+$/, "");
    this.send = send;
  }

  // The same mock in a session that nobody else has, named after a test.
  session(title) {
    const name = title.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 27);
    const [base] = this.url.split("/~session/");
    return new Mock(`${base}/~session/${name}-${unique()}`, { send: this.send });
  }

  // The sessions that there are.
  sessions() {
    return this.control("GET", "sessions");
  }

  // The next requests get these cases in turn. `options`: times (null: for ever), match.
  force(cases, options = {}) {
    return this.control("POST", "forces", { cases, ...options });
  }

  // The next requests get this answer of your own. `own`: body, status, headers. Gives, among other
  // things, the `violations`: what the document does not allow.
  answer(own, options = {}) {
    return this.control("POST", "forces", { ...own, ...options });
  }

  // The next answers arrive so. `options`: delay, times, match, rate, seed.
  fault(faults, options = {}) {
    return this.control("POST", "faults", { faults, ...options });
  }

  advance(seconds) {
    return this.control("POST", "clock", { advance: seconds });
  }

  freeze() {
    return this.control("POST", "clock", { freeze: true });
  }

  thaw() {
    return this.control("POST", "clock", { freeze: false });
  }

  // What came. `query`: case, after (an id), wait (seconds, where there is none yet).
  requests(query = {}) {
    return this.control("GET", `requests?${new URLSearchParams(query)}`);
  }

  // Throws where not as many requests came. `expected`: case; times, or at_least and at_most;
  // within (seconds to wait).
  verify(expected = {}) {
    return this.control("POST", "verify", expected);
  }

  coverage() {
    return this.control("GET", "coverage");
  }

  reset() {
    return this.control("POST", "reset");
  }

  // What else the control API has: `path` follows `/_tallystick/`. Throws what the mock says.
  control(method, path, body) {
    return this.send(method, `${this.url}/_tallystick/${path}`, body);
  }
}

async function fetched(method, url, body) {
  const answer = await fetch(url, { method, body: JSON.stringify(body) });
  const text = await answer.text();
  const content = text ? JSON.parse(text) : undefined;
  if (!answer.ok) throw new Error(content.detail);
  return content;
}

function unique() {
  const digits = () => Math.random().toString(36).slice(2);
  return `${Date.now().toString(36)}${digits()}${digits()}`.slice(0, 30);
}
