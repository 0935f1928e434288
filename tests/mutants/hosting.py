"""One server for many applications, so that none costs the start and the stop of a server.

Each application has a prefix of its own, which it does not see.
"""

from tests.independent.app import PaymentAccountLinks, Receive, Scope, Send


class Hosting:
    """The applications, each under `/<number>`; `base_url` is the server's."""

    def __init__(self) -> None:
        self.base_url = ""
        self.apps: list[PaymentAccountLinks] = [PaymentAccountLinks()]

    def add(self, app: PaymentAccountLinks) -> str:
        """Serve one more application, and give its base URL."""
        self.apps.append(app)
        return f"{self.base_url}/{len(self.apps) - 1}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.apps[0](scope, receive, send)
        _, number, path = scope["path"].split("/", 2)
        _, _, raw_path = scope["raw_path"].split(b"/", 2)
        own = {**scope, "path": f"/{path}", "raw_path": b"/" + raw_path}
        return await self.apps[int(number)](own, receive, send)
