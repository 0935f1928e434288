"""The independent implementation as a target: the ids by which it reaches each state."""

from __future__ import annotations

from pathlib import Path

from tests.independent import app

IDS = {
    "Payment.Forbidden": app.FORBIDDEN_ID,
    "Organisation.NotFound": app.UNKNOWN_ID,
    "PaymentAccount.NotEnabled": app.NOT_ENABLED_ID,
    "PaymentAccount.Disconnected": app.DISCONNECTED_ID,
    "PaymentAccount.ProviderError": app.PROVIDER_ERROR_ID,
}


def write_target(folder: Path, base_url: str) -> Path:
    """A target file for an independent implementation that is served at `base_url`."""
    lines = [f'base_url = "{base_url}"', "[parameters]", f'"path.id" = "{app.ACTIVE_ID}"']
    for code, organisation in IDS.items():
        lines += [f'[cases."{code}"]', f'parameters = {{ "path.id" = "{organisation}" }}']
    path = folder / "target.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
