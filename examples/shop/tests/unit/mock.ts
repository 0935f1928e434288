// Starts the mock for the unit tests, unless one runs already.

import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";

const PORT = process.env["MOCK_PORT"] ?? "8080";
export const MOCK = `http://127.0.0.1:${PORT}`;
const ATTEMPTS = 300;

export default async function setup(): Promise<(() => void) | undefined> {
  if (await serves()) return undefined;
  const options = ["mock", "openapi.yaml", "--port", PORT, "--quiet"];
  const mock = spawn("tallystick", options, { stdio: "inherit" });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await serves()) return () => mock.kill();
    if (mock.exitCode !== null) break;
    await wait(100);
  }
  mock.kill();
  throw new Error(`The mock does not serve on ${MOCK}`);
}

async function serves(): Promise<boolean> {
  return fetch(`${MOCK}/_tallystick/health`).then((answer) => answer.ok, () => false);
}
