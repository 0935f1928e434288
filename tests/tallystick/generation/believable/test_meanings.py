"""What members of a name hold: each row is a schema, a member, and what makes it believable."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

import pytest

from tallystick.generation.values import Wish, make
from tallystick.reader.document import load
from tallystick.reader.options import LoadOptions

Made = Callable[..., dict[str, Any]]

TEXT = {"type": "string"}
NUMBER = {"type": "number"}
WHOLE = {"type": "integer"}
YES_NO = {"type": "boolean"}
SEEDS = range(12)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """A function that makes an object of a schema of this name."""
    file = tmp_path_factory.mktemp("made") / "document.json"

    def of(
        name: str, properties: dict[str, Any], seed: int, locale: str = "en_US"
    ) -> dict[str, Any]:
        schema = {"type": "object", "required": [*properties], "properties": properties}
        paths = {"/": {"get": {"responses": {"200": {"description": "OK"}}}}}
        head = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": paths}
        file.write_text(json.dumps({**head, "components": {"schemas": {name: schema}}}), "utf-8")
        document = load(LoadOptions((str(file),), locale=locale))
        wish = Wish(is_long=True)
        result = make(document, ("components", "schemas", name), seed=seed, wish=wish)
        assert result.is_valid
        value: dict[str, Any] = result.value
        return value

    return of


def like(pattern: str) -> Callable[[Any], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


def between(low: float, high: float) -> Callable[[Any], bool]:
    return lambda value: low <= value <= high


def is_one_of(*values: Any) -> Callable[[Any], bool]:
    return lambda value: value in values


def is_sentence(value: str) -> bool:
    return re.fullmatch(r"[A-Z].*[a-z].* .*\.", value) is not None


def is_iban(value: str) -> bool:
    """ISO 13616: with the country and check digits behind, the number is 1 modulo 97."""
    moved = value[4:] + value[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def is_isbn13(value: str) -> bool:
    digits = [int(digit) for digit in value.replace("-", "")]
    weighted = sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return len(digits) == 13 and weighted % 10 == 0


def is_moment(value: str) -> bool:
    return datetime(2024, 1, 1) < datetime.fromisoformat(value).replace(tzinfo=None) < datetime.max


def is_birth(value: str) -> bool:
    return 1950 < date.fromisoformat(value).year < 2010


GOODS = (
    r"[A-Z][a-z]+ (ceramic|enamel|glass|steel|oak|bamboo|walnut|brass|linen|leather|paper|canvas|"
    r"nylon|aluminium|velvet|wool|cotton|silk|copper) [a-z ]+"
)
CODES = ("aud", "bam", "bgn", "brl", "cad", "chf", "czk", "eur", "gbp", "usd", "zar")
PERSON = r"[A-Z][\w'-]+ [A-Z][\w' -]+"
WORDS = r"[A-Z][\w' ,-]+"

ROWS: tuple[tuple[str, str, dict[str, Any], Callable[[Any], bool]], ...] = (
    ("Product", "name", TEXT, like(GOODS)),
    ("Product", "title", TEXT, like(GOODS)),
    ("OrderLine", "productName", TEXT, like(GOODS)),
    ("Product", "sku", TEXT, like(r"[A-Z]{3,6}-[A-Z]{3}-\d{4}")),
    ("Product", "slug", TEXT, like(r"[a-z]+(-[a-z0-9]+)+")),
    ("Product", "price", NUMBER, between(1, 1000)),
    ("Product", "unitPrice", TEXT, like(r"\d+\.\d\d")),
    ("Product", "currency", TEXT, like("USD")),
    ("Product", "currency", {"enum": [*CODES]}, like("usd")),
    ("Product", "description", TEXT, is_sentence),
    ("Product", "color", TEXT, like(r"[a-z]{3,}")),
    ("Product", "hexColor", TEXT, like(r"#[0-9a-f]{6}")),
    ("Product", "quantity", WHOLE, between(1, 10)),
    ("Product", "stock", WHOLE, between(0, 200)),
    ("Product", "inStock", YES_NO, is_one_of(True, False)),
    ("Product", "rating", NUMBER, between(1, 5)),
    ("Product", "discountPercent", WHOLE, between(5, 50)),
    ("Product", "category", TEXT, like(WORDS)),
    ("Product", "barcode", TEXT, like(r"\d{13}")),
    ("Product", "imageUrl", {**TEXT, "format": "uri"}, like(r"https://\S+/[a-z0-9-]+\.svg")),
    ("Product", "thumbnail", TEXT, like(r"https://\S+/[a-z0-9-]+\.svg")),
    ("Product", "tags", {"type": "array", "items": TEXT}, lambda v: len(v) == len(set(v)) > 0),
    ("User", "name", TEXT, like(PERSON)),
    ("CreateUserResponse", "fullName", TEXT, like(PERSON)),
    ("User", "firstName", TEXT, like(r"[A-Z][a-z]+")),
    ("User", "last_name", TEXT, like(r"[A-Z][\w'-]+")),
    ("User", "email", TEXT, like(r"[a-z0-9.]+@example\.(com|org|net)")),
    ("User", "username", TEXT, like(r"[a-z]+\.?[a-z0-9]+")),
    ("User", "phone", TEXT, like(r"\+1 \d{3}-555-01\d\d")),
    ("User", "mobileNumber", {**TEXT, "pattern": r"^\+[1-9]\d{6,14}$"}, like(r"\+1\d{10}")),
    ("User", "age", WHOLE, between(18, 90)),
    (
        "User",
        "birthDate",
        {**TEXT, "format": "date"},
        lambda v: 1950 < date.fromisoformat(v).year < 2010,
    ),
    ("User", "jobTitle", TEXT, like(r"[A-Z][\w ,()/&'-]+")),
    ("User", "avatar", {**TEXT, "format": "uri"}, like(r"https://\S+/person/[a-z0-9-]+\.svg")),
    ("User", "gender", TEXT, is_one_of("female", "male")),
    ("User", "bio", TEXT, is_sentence),
    ("User", "status", TEXT, like(r"[a-z]+")),
    ("User", "active", YES_NO, is_one_of(True, False)),
    ("Company", "name", TEXT, like(r"[A-Z].+")),
    ("Contact", "company", TEXT, like(r"[A-Z].+")),
    ("Company", "website", {**TEXT, "format": "uri"}, like(r"https://[a-z0-9-]+\.example\.com")),
    ("Company", "iban", TEXT, is_iban),
    ("Address", "street", TEXT, like(r"\d+ [A-Z].+")),
    ("Address", "city", TEXT, like(r"[A-Z][A-Za-z ]+")),
    ("Address", "country", TEXT, is_one_of("United States")),
    ("Address", "countryCode", TEXT, is_one_of("US")),
    ("Address", "country", {**TEXT, "maxLength": 2}, is_one_of("US")),
    ("Address", "postalCode", TEXT, like(r"\d{5}")),
    ("Address", "latitude", NUMBER, between(24, 50)),
    ("Address", "lng", NUMBER, between(-125, -66)),
    ("Place", "timezone", TEXT, is_one_of(*available_timezones())),
    ("Task", "title", TEXT, like(r"[A-Z]\w+( \w+){2,}")),
    ("Book", "title", TEXT, like(r"The [A-Z]\w+ [A-Z]\w+")),
    ("Book", "isbn", TEXT, is_isbn13),
    ("Book", "author", TEXT, like(PERSON)),
    ("Event", "name", TEXT, like(r"[A-Z]\w+( \w+)+")),
    ("Category", "name", TEXT, like(WORDS)),
    ("Visit", "ipAddress", TEXT, like(r"192\.0\.2\.\d{1,3}")),
    ("Visit", "userAgent", TEXT, like(r"\S+/\d.*")),
    ("Visit", "url", {**TEXT, "format": "uri"}, like(r"https://example\.com/[a-z0-9-]+")),
    ("Visit", "language", TEXT, is_one_of("en")),
    ("Upload", "fileName", TEXT, like(r"[a-z-]+-\d{4}\.(pdf|png|jpg|csv|txt)")),
    ("Upload", "mimeType", TEXT, like(r"(application|image|text)/[a-z]+")),
    ("Upload", "fileSize", WHOLE, between(2_000, 4_000_000)),
    ("Order", "createdAt", {**TEXT, "format": "date-time"}, is_moment),
    ("Order", "id", TEXT, like(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")),
    ("Order", "id", WHOLE, between(1, 9_999)),
    ("Order", "customerName", TEXT, like(PERSON)),
    ("Order", "billingCity", TEXT, like(r"[A-Z][A-Za-z ]+")),
    ("Order", "orderNumber", TEXT, like(r"ORD-\d{5}")),
    ("Card", "expiresOn", {**TEXT, "format": "date"}, lambda v: date.fromisoformat(v).year > 2030),
)


@pytest.mark.parametrize(("schema", "name", "member", "is_believable"), ROWS)
def test_a_member_is_believable(
    made: Made, schema: str, name: str, member: dict[str, Any], is_believable: Callable[[Any], bool]
) -> None:
    """By its name and by what it is a member of, for each of several seeds."""
    values = [made(schema, {name: member}, seed)[name] for seed in SEEDS]
    assert [value for value in values if not is_believable(value)] == []


def test_the_table_has_many_names() -> None:
    """At least forty."""
    assert len({name for _, name, _, _ in ROWS}) >= 40


@pytest.mark.parametrize("seed", SEEDS)
def test_a_person_agrees(made: Made, seed: int) -> None:
    """The names with the email and the user name, the age with the day of birth."""
    person = made(
        "User",
        dict.fromkeys(("firstName", "lastName", "fullName", "email", "username"), TEXT)
        | {"birthDate": {**TEXT, "format": "date"}, "age": WHOLE},
        seed,
    )
    first, last = person["firstName"], person["lastName"]
    assert person["fullName"] == f"{first} {last}"
    assert person["username"] == f"{first}.{last}".lower().replace("'", "")
    assert person["email"].startswith(f"{person['username']}@")
    years = (date(2026, 1, 1) - date.fromisoformat(person["birthDate"])).days // 365
    assert person["age"] == years


@pytest.mark.parametrize("seed", SEEDS)
def test_people_of_one_object_are_several(made: Made, seed: int) -> None:
    """Members of one qualifier speak of one person, those of another of another."""
    names = ("customerName", "customerEmail", "sellerFirstName", "sellerLastName")
    order = made("Order", dict.fromkeys(names, TEXT), seed)
    plain = re.sub(r"[^a-z.]", "", order["customerName"].lower().replace(" ", "."))
    assert order["customerEmail"].partition("@")[0] == plain
    assert order["customerName"] != f"{order['sellerFirstName']} {order['sellerLastName']}"


CITIES = {
    "Portland": ("Oregon", "97205"),
    "Seattle": ("Washington", "98101"),
    "San Diego": ("California", "92101"),
    "Denver": ("Colorado", "80202"),
    "Santa Fe": ("New Mexico", "87501"),
    "Austin": ("Texas", "78701"),
    "Chicago": ("Illinois", "60601"),
    "Madison": ("Wisconsin", "53703"),
    "Nashville": ("Tennessee", "37203"),
    "Atlanta": ("Georgia", "30303"),
    "Boston": ("Massachusetts", "02108"),
    "Pittsburgh": ("Pennsylvania", "15222"),
}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_place_agrees(made: Made, seed: int) -> None:
    """The city with its state and its postal code."""
    address = made("Address", dict.fromkeys(("city", "state", "zip", "country"), TEXT), seed)
    assert (address["state"], address["zip"]) == CITIES[address["city"]]
    assert address["country"] == "United States"


@pytest.mark.parametrize("seed", SEEDS)
def test_goods_agree(made: Made, seed: int) -> None:
    """The name with the slug, the description and the colour."""
    product = made("Product", dict.fromkeys(("name", "slug", "description", "color"), TEXT), seed)
    assert product["slug"] == product["name"].lower().replace(" ", "-")
    assert product["name"].lower() in product["description"]
    assert product["name"].lower().startswith(product["color"])


@pytest.mark.parametrize("seed", SEEDS)
def test_moments_are_in_order(made: Made, seed: int) -> None:
    """Created, then changed, then finished, whatever the order of the members."""
    names = ("completedAt", "updatedAt", "createdAt")
    task = made("Task", {name: {**TEXT, "format": "date-time"} for name in names}, seed)
    assert task["createdAt"] <= task["updatedAt"] <= task["completedAt"]


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_fit_their_list(made: Made, seed: int) -> None:
    """Beside a list, and in what speaks of its page; one with a value of the document stays."""
    facts = {"total": WHOLE, "hasMore": YES_NO}
    page = {"type": "object", "required": [*facts], "properties": facts}
    shop = made(
        "Shop",
        {
            "reviews": {"type": "array", "items": {"type": "object"}},
            "total": WHOLE,
            "reviewCount": WHOLE,
            "count": {**WHOLE, "enum": [77]},
            "meta": page,
        },
        seed,
    )
    count = len(shop["reviews"])
    assert 3 <= count <= 10
    assert (shop["total"], shop["reviewCount"], shop["count"]) == (count, count, 77)
    assert shop["meta"] == {"total": count, "hasMore": False}


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("name", {**TEXT, "pattern": "^x[0-9]{3}$"}),
        ("email", {**TEXT, "maxLength": 3}),
        ("description", {**TEXT, "maxLength": 12}),
        ("description", {**TEXT, "minLength": 900, "maxLength": 1000}),
        ("price", {**NUMBER, "minimum": 5000, "multipleOf": 0.5}),
        ("age", {**WHOLE, "maximum": 7}),
        ("createdAt", {**TEXT, "format": "uuid"}),
        ("avatar", {**TEXT, "maxLength": 20}),
        ("avatar", {**TEXT, "format": "byte"}),
        ("quantity", {**TEXT, "format": "decimal"}),
        ("currency", {**TEXT, "enum": ["XTS"]}),
        ("phone", {"type": ["string", "null"], "minLength": 25}),
        ("rating", {**WHOLE, "exclusiveMinimum": 0, "exclusiveMaximum": 2}),
        ("id", {**WHOLE, "minimum": 1_000_000}),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_the_schema_wins(made: Made, name: str, member: dict[str, Any], seed: int) -> None:
    """Whatever would be believable, what is made is valid; `made` asserts it."""
    made("User", {name: member}, seed)


def test_what_the_document_gives_wins(made: Made) -> None:
    """An example, a default, a const."""
    given = {"name": {"example": "Gadget"}, "city": {"default": "Rome"}, "phone": {"const": "7"}}
    properties = {name: {**TEXT, **extra} for name, extra in given.items()}
    assert made("User", properties, 0) == {"name": "Gadget", "city": "Rome", "phone": "7"}


def test_another_locale(made: Made) -> None:
    """Names, streets, country, currency and language are those of the locale."""
    names = ("firstName", "country", "countryCode", "currency", "language", "postalCode", "phone")
    user = made("User", dict.fromkeys(names, TEXT), 3, locale="de_DE")
    assert (user["countryCode"], user["currency"], user["language"]) == ("DE", "EUR", "de")
    assert user["country"] == "Germany"
    assert re.fullmatch(r"\d{5}", user["postalCode"])


@pytest.mark.parametrize("locale", ["ja_JP", "fr_FR", "pt_BR", "ru_RU", "ar_SA", "en", "zh_CN"])
def test_any_locale(made: Made, locale: str) -> None:
    """Faker lacks some things in some locales; nothing of it costs a value."""
    names = [name for _, name, member, _ in ROWS if member == TEXT]
    user = made("User", dict.fromkeys(names, TEXT), 1, locale=locale)
    assert user.keys() == {*names}
    assert re.fullmatch(r"[\x21-\x7e]+@example\.(com|org|net)", user["email"])


def test_the_same_seed(made: Made) -> None:
    """The same seed makes the same again, and another one something else."""
    properties = dict.fromkeys(("name", "email", "city", "company", "bio"), TEXT)
    first = made("User", properties, 1)
    assert made("User", properties, 1) == first
    assert made("User", properties, 2) != first
