"""Which operations are recognised as a collection, in small documents and in those of real APIs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.documents import CONTRACTS
from tallystick.contract import Contract, load_contract
from tallystick.errors import ExtensionError

THING = {"$ref": "#/components/schemas/Thing"}
LIST = {"type": "array", "items": THING}
SCHEMAS = {
    "Thing": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {}}},
    "Summary": {"type": "object", "properties": {"id": {"type": "integer"}}},
}


def answer(schema: Any, status: str = "200") -> dict[str, Any]:
    content = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
    return {"responses": {status: {"description": "d", **content}}}


def wrapped(member: str, schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {member: schema, "total": {"type": "integer"}}}


def item_path(parameter: str = "id", **methods: Any) -> dict[str, Any]:
    schema = {"type": "string"}
    return {
        "parameters": [{"name": parameter, "in": "path", "required": True, "schema": schema}],
        **methods,
    }


def things(
    folder: Path, own: dict[str, Any], item: dict[str, Any], name: str = "id"
) -> list[tuple[str, str, str | None, list[str]]]:
    """What is recognised: the path, the id, the member of the list, and the operations."""
    paths = {"/things": own, f"/things/{{{name}}}": item_path(name, **item)}
    root = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }
    file = folder / "document.yaml"
    file.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
    return shown(load_contract(str(file)))


def shown(contract: Contract) -> list[tuple[str, str, str | None, list[str]]]:
    return [
        (
            collection.path,
            collection.id,
            place.member if (place := collection.member("list").place) else None,
            [member.role for member in collection.members],
        )
        for collection in contract.collections
    ]


GET, DELETE = answer(THING), answer(None, "204")
EXTENDED = {"allOf": [THING, {"properties": {"links": {"type": "object"}}}]}
TWO_LISTS = {"properties": {"new": LIST, "old": LIST}}
NAMED = "x-tallystick-collection"


@pytest.mark.parametrize(
    ("own", "item", "name", "expected"),
    [
        ({"get": answer(LIST)}, {"get": GET, "delete": DELETE}, "id", ("id", None)),
        ({"get": answer(LIST)}, {"get": GET, "put": GET}, "thing_id", ("id", None)),
        ({"get": answer(LIST)}, {"get": GET, "patch": GET}, "thing", ("id", None)),
        ({"get": answer(LIST)}, {"get": GET, "put": GET}, "name", ("name", None)),
        ({"get": answer(LIST), "post": answer(THING, "201")}, {"get": GET}, "id", ("id", None)),
        ({"get": answer(wrapped("data", LIST))}, {"get": GET, "put": GET}, "id", ("id", "data")),
        (
            {"get": answer(wrapped("results", LIST))},
            {"get": answer(wrapped("data", THING)), "delete": DELETE},
            "id",
            ("id", "results"),
        ),
        ({"get": answer(LIST)}, {"get": answer(EXTENDED), "delete": DELETE}, "id", ("id", None)),
        # Nothing changes anything.
        ({"get": answer(LIST)}, {"get": GET}, "id", None),
        # The item is of another schema than the list's.
        (
            {"get": answer({"type": "array", "items": {"$ref": "#/components/schemas/Summary"}})},
            {"get": GET, "delete": DELETE},
            "id",
            None,
        ),
        # No member is what the path names.
        ({"get": answer(LIST)}, {"get": GET, "delete": DELETE}, "slug", None),
        # Two members could be the list.
        (
            {"get": answer(TWO_LISTS)},
            {"get": GET, "delete": DELETE},
            "id",
            None,
        ),
        # What a POST gives is no item: it does something else.
        (
            {"get": answer(LIST), "post": answer({"properties": {"count": {}}}, "200")},
            {"get": GET},
            "id",
            None,
        ),
        # The extension corrects it.
        ({"get": {**answer(LIST), NAMED: False}}, {"get": GET, "delete": DELETE}, "id", None),
        ({"get": answer(LIST), NAMED: False}, {"get": GET, "delete": DELETE}, "id", None),
        (
            {"get": answer(LIST)},
            {"get": GET, "delete": {**DELETE, NAMED: False}},
            "id",
            None,
        ),
        ({"get": {**answer(LIST), NAMED: {"id": "name"}}}, {"get": GET}, "slug", ("name", None)),
        (
            {
                "get": {
                    **answer({"properties": {"new": LIST, "old": LIST}}),
                    NAMED: {"items": "old"},
                }
            },
            {"get": GET, "delete": DELETE},
            "id",
            ("id", "old"),
        ),
    ],
)
def test_recognition(
    tmp_path: Path,
    own: dict[str, Any],
    item: dict[str, Any],
    name: str,
    expected: tuple[str, str | None] | None,
) -> None:
    """Each row: the operations on the list and the item, and the id and list that are found."""
    found = things(tmp_path, own, item, name)
    assert [(row[1], row[2]) for row in found] == ([expected] if expected else [])


def test_roles(tmp_path: Path) -> None:
    """Each operation has a role; one that is left out has none."""
    own = {"get": answer(LIST), "post": answer(THING, "201")}
    item = {"get": GET, "put": GET, "patch": {**GET, NAMED: False}, "delete": DELETE}
    roles = ["list", "read", "create", "replace", "delete"]
    assert things(tmp_path, own, item) == [("/things", "id", None, roles)]


def test_a_wrong_extension_is_an_error(tmp_path: Path) -> None:
    """What the extension cannot hold is said with its place."""
    own = {"get": {**answer(LIST), NAMED: {"key": "id"}}}
    with pytest.raises(ExtensionError, match="must be true, false, or a map"):
        things(tmp_path, own, {"get": GET})


def test_a_collection_without_id_is_an_error(tmp_path: Path) -> None:
    """Whoever calls something a collection wants to know why it is none."""
    own = {"get": {**answer(LIST), NAMED: {"id": "key"}}}
    with pytest.raises(ExtensionError, match="no member that holds the id"):
        things(tmp_path, own, {"get": GET})


def test_a_behaviour_keeps_its_collection_out(tmp_path: Path) -> None:
    """The bundled contract's way of being stateful comes first."""
    delete = {**DELETE, "x-tallystick-behaviour": "payment-account-link"}
    assert things(tmp_path, {"get": answer(LIST)}, {"get": GET, "delete": delete}) == []


REAL = {
    "discord.json": [
        *("/applications/{application_id}/commands", "/applications/{application_id}/emojis"),
        "/applications/{application_id}/entitlements",
        "/applications/{application_id}/guilds/{guild_id}/commands",
        *("/channels/{channel_id}/messages", "/channels/{channel_id}/thread-members"),
        *("/guilds/{guild_id}/emojis", "/guilds/{guild_id}/roles"),
        *("/guilds/{guild_id}/scheduled-events", "/guilds/{guild_id}/soundboard-sounds"),
        "/guilds/{guild_id}/stickers",
    ],
    "figma.yaml": ["/v2/webhooks"],
    "lob.yml": [
        *("/addresses", "/bank_accounts", "/billing_groups", "/booklets", "/buckslips"),
        *("/campaigns", "/cards", "/checks", "/informed_delivery_campaigns", "/letters"),
        *("/postcards", "/domains", "/links", "/self_mailers", "/snap_packs"),
        *("/templates/{tmpl_id}/versions", "/templates", "/uploads"),
    ],
    "openai.yaml": [
        *("/assistants", "/audio/voice_consents", "/batches", "/chat/completions", "/containers"),
        *("/containers/{container_id}/files", "/conversations/{conversation_id}/items"),
        *("/evals", "/evals/{eval_id}/runs", "/files", "/fine_tuning/jobs", "/models"),
        *("/organization/admin_api_keys", "/organization/groups"),
        *("/organization/groups/{group_id}/roles", "/organization/invites"),
        *("/organization/projects", "/organization/projects/{project_id}/api_keys"),
        "/organization/projects/{project_id}/groups",
        "/organization/projects/{project_id}/service_accounts",
        "/organization/projects/{project_id}/spend_alerts",
        "/organization/projects/{project_id}/users",
        *("/organization/roles", "/organization/spend_alerts", "/organization/users"),
        "/organization/users/{user_id}/roles",
        "/projects/{project_id}/groups/{group_id}/roles",
        *("/projects/{project_id}/roles", "/projects/{project_id}/users/{user_id}/roles"),
        *("/threads/{thread_id}/messages", "/threads/{thread_id}/runs", "/vector_stores"),
        *("/vector_stores/{vector_store_id}/files", "/videos", "/skills"),
        *("/skills/{skill_id}/versions", "/chatkit/threads"),
    ],
    "paypal-checkout_orders_v2.json": [],
    "train-travel.yaml": ["/bookings"],
    "twilio_lookups_v2.json": [],
    "xero-identity.yaml": [],
    "xero_bankfeeds.yaml": [],
}
"""The collections of each document, by their paths, checked by hand. Left out rightly are, among
others: bans and members of a guild (no member of theirs is the id), what Xero takes by the dozen,
and the users of a group (a POST adds one that exists and answers something else).
"""


@pytest.mark.parametrize("name", REAL)
def test_real_documents(name: str) -> None:
    """Of each document of a real API, the collections are those of the table."""
    file = CONTRACTS / name
    if not file.is_file():
        pytest.skip(f"{file} is not there; TALLYSTICK_CONTRACTS names another folder")
    assert [row[0] for row in shown(load_contract(str(file)))] == REAL[name]
