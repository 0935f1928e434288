// `npx playwright test` starts the mock and the app, unless they run already.
export default {
  fullyParallel: true,
  use: { baseURL: "http://127.0.0.1:8000" },
  webServer: [
    {
      command: "tallystick mock --port 8080",
      url: "http://127.0.0.1:8080/_tallystick/health",
      reuseExistingServer: true,
    },
    {
      command: "python3 -m http.server 8000 --bind 127.0.0.1 --directory ../onboarding",
      url: "http://127.0.0.1:8000",
      stderr: "ignore", // its log
      reuseExistingServer: true,
    },
  ],
};
