// Starts the mock and the built app, unless they run already.
import { defineConfig } from "@playwright/test";

const { MOCK_PORT = "8080", APP_PORT = "5173", CHROMIUM } = process.env;
const app = `http://127.0.0.1:${APP_PORT}`;

export default defineConfig({
  testDir: "tests/browser",
  fullyParallel: true,
  use: {
    baseURL: app,
    // A browser of this machine in place of Playwright's own.
    launchOptions: CHROMIUM ? { executablePath: CHROMIUM, args: ["--no-sandbox"] } : {},
  },
  webServer: [
    {
      command: `tallystick mock openapi.yaml --port ${MOCK_PORT} --quiet`,
      url: `http://127.0.0.1:${MOCK_PORT}/_tallystick/health`,
      reuseExistingServer: true,
    },
    {
      command: `vite preview --host 127.0.0.1 --port ${APP_PORT} --strictPort`,
      url: app,
      reuseExistingServer: true,
    },
  ],
});
