"""What a member's value should look like, by its name: one table, `MEANINGS`.

Rules: a name means what its longest known ending means (`billingPostalCode`: a postal code of
`billing`), in the plural what its singular means. A meaning gives candidates, the likeliest first:
whoever asks takes the first that the schema takes, and does as if there were none where it takes
none.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from tallystick.generation.believable.subjects import (
    Location,
    Person,
    Subject,
    singular,
    slug,
    words_of,
)
from tallystick.generation.believable.vocabulary import (
    COLOURS,
    FILES,
    SENTENCES,
    SHORT_WORDS,
    WITHOUT_CENTS,
)

PICTURES = "https://example.com/_tallystick/pictures/"
"""Addresses of made-up pictures start so. A mock puts its own address in the place of this one."""

Candidates = Iterable[str | int | float | bool]
Meaning = Callable[[Subject, str], Candidates]
"""The candidates for a subject, by what stands before the known ending of the name."""


# --- people and companies


def _of_person(get: Callable[[Person], Any]) -> Meaning:
    return lambda subject, qualifier: [get(subject.person(qualifier))]


_OWN_NAME = {"", "display", "full", "short", "public", "legal", "official"}


def _name(subject: Subject, qualifier: str) -> Candidates:
    """A name: that of the thing, or of what the qualifier names."""
    if qualifier in _OWN_NAME or qualifier == subject.noun:
        return [subject.title()]
    inside = subject.of(qualifier)
    if inside.kind == "person":
        return [subject.person(qualifier).full]
    return [subject.company(qualifier) if inside.kind == "company" else inside.title()]


def _someone(subject: Subject, qualifier: str) -> Candidates:
    person = subject.person(qualifier)
    return [person.full, person.user, person.last]


def _phone(subject: Subject, qualifier: str) -> Candidates:
    def made() -> list[str]:
        source = subject.source
        area, last = source.choice(("202", "312", "415", "617")), source.randint(100, 199)
        plain = f"+1{area}5550{last}"
        if subject.country_code == "US":  # numbers that are set aside for fiction
            return [f"+1 {area}-555-0{last}", plain]
        return [str(subject.fake.phone_number()), plain]

    found: list[str] = subject.once(("phone", qualifier), made)
    return found


def _company(subject: Subject, qualifier: str) -> Candidates:
    name = subject.company(qualifier)
    return [name, name.split()[0].strip(",")]


# --- places


def _of_place(*get: Callable[[Location], Any]) -> Meaning:
    return lambda subject, qualifier: [each(subject.place(qualifier)) for each in get]


def _street(place: Location) -> str:
    return f"{place.number} {place.street}"


def _address(subject: Subject, qualifier: str) -> Candidates:
    place = subject.place(qualifier)
    return [f"{_street(place)}, {place.city}, {place.postcode}", _street(place), place.city]


def _state(subject: Subject, qualifier: str) -> Candidates:
    """A part of a country beside a city, else how far something is."""
    if subject.members & {"city", "country", "zip", "postalcode", "countrycode", "street"}:
        return [subject.place(qualifier).state]
    return _short("status")(subject, qualifier)


# --- money and goods


def _money(subject: Subject, _: str) -> Candidates:
    price = subject.ware().price
    if subject.currency in WITHOUT_CENTS:
        return [round(price) * 100, f"{round(price) * 100}"]
    return [price, round(price * 100), f"{price:.2f}"]


def _part_of_money(share: float) -> Meaning:
    def part(subject: Subject, _: str) -> Candidates:
        amount = round(subject.ware().price * share, 2)
        return [amount, round(amount * 100), f"{amount:.2f}"]

    return part


def _salary(subject: Subject, _: str) -> Candidates:
    return [subject.source.randrange(32_000, 120_000, 500)]


def _category(subject: Subject, _: str) -> Candidates:
    return [subject.ware().category]


def _colour(subject: Subject, _: str) -> Candidates:
    colour = subject.ware().colour
    return [colour, COLOURS[colour], COLOURS[colour][1:]]


def _sku(subject: Subject, _: str) -> Candidates:
    sku = subject.ware().sku
    return [sku, sku.replace("-", ""), sku[-4:]]


def _barcode(subject: Subject, _: str) -> Candidates:
    """A GTIN-13 with its check digit."""
    digits = f"40{subject.source.randrange(10**10):010}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return [f"{digits}{-total % 10}"]


def _from_library(method: str, *shorter: Callable[[str], str]) -> Meaning:
    def made(subject: Subject, qualifier: str) -> Candidates:
        text = subject.once((method, qualifier), lambda: str(getattr(subject.fake, method)()))
        return [text, *(shorten(text) for shorten in shorter)]

    return made


# --- words


def _short(key: str) -> Meaning:
    return lambda subject, _: [subject.source.choice(SHORT_WORDS[key])]


def _title(subject: Subject, qualifier: str) -> Candidates:
    if qualifier in ("job", "position"):
        return [subject.fake.job()]
    return [subject.title()]


def _sentence(subject: Subject) -> str:
    if subject.is_english:
        return subject.source.choice(SENTENCES)
    return str(subject.fake.sentence(10))


def _description(subject: Subject, _: str) -> Candidates:
    """Sentences: about the goods where it is goods; shorter ones, and longer ones, follow."""
    first = subject.ware().description if subject.kind == "product" else _sentence(subject)
    second = _sentence(subject)
    both = f"{first} {second}" if first != second else first
    yield both
    yield first
    yield first.split(",")[0].rstrip(".") + "."
    yield " ".join(first.split()[:3]).rstrip(",.") + "."
    longer = both
    while len(longer) < 2_000:
        longer = f"{longer} {_sentence(subject)}"
        yield longer


def _slug(subject: Subject, _: str) -> Candidates:
    return [slug(subject.title()) or slug(subject.noun) or "item", slug(subject.noun) or "item"]


def _code(subject: Subject, _: str) -> Candidates:
    letters = "".join(subject.source.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=3))
    number = subject.source.randint(1000, 9999)
    return [f"{letters}-{number}", f"{letters}{number}", letters, number]


def _number(prefix: str) -> Meaning:
    def made(subject: Subject, _: str) -> Candidates:
        number = subject.source.randint(10_000, 99_999)
        return [f"{prefix}{number}", str(number), number]

    return made


# --- the web


def _picture(what: str) -> Meaning:
    """The address of a picture, which the mock draws: its path says what it shows."""

    def made(subject: Subject, _: str) -> Candidates:
        shown = "person" if subject.kind == "person" else what
        words = (slug(subject.title()) or subject.noun)[:40].strip("-")
        return [f"{PICTURES}{shown}/{words}-{subject.source.randrange(16**4):04x}.svg"]

    return made


_PICTURE = _picture("thing")


def _website(subject: Subject, qualifier: str) -> Candidates:
    named = subject.company(qualifier) if subject.kind == "company" else subject.title()
    host = (slug(named) or "www")[:40].strip("-")
    return [f"https://{host}.example.com", "https://example.com"]


def _url(subject: Subject, _: str) -> Candidates:
    return [f"https://example.com/{slug(subject.title()) or subject.noun}"]


def _domain(subject: Subject, qualifier: str) -> Candidates:
    return [str(each).removeprefix("https://") for each in _website(subject, qualifier)]


def _file(subject: Subject, _: str) -> Candidates:
    return [subject.file()]


def _media_type(subject: Subject, _: str) -> Candidates:
    return [FILES[subject.file().rpartition(".")[2]]]


def _hex(length: int) -> Meaning:
    return lambda subject, _: [f"{subject.source.randrange(16**length):0{length}x}"]


def _mac(subject: Subject, _: str) -> Candidates:
    parts = (subject.source.randrange(256) for _ in range(5))
    return [":".join(["02", *(f"{part:02x}" for part in parts)])]


def _language(subject: Subject, _: str) -> Candidates:
    return [subject.language]


def _locale(subject: Subject, _: str) -> Candidates:
    return [f"{subject.language}-{subject.country_code}", subject.language]


# --- ids, numbers, moments, yes and no


def _id(subject: Subject, _: str) -> Candidates:
    source = subject.source
    return [str(uuid.UUID(int=source.getrandbits(128), version=4)), source.randint(1, 9_999)]


def _between(low: int, high: int, step: float = 1) -> Meaning:
    def made(subject: Subject, _: str) -> Candidates:
        number = round(subject.source.randint(round(low / step), round(high / step)) * step, 2)
        whole = int(number) if number == int(number) else number
        return [whole, str(whole)]

    return made


def _rating(subject: Subject, _: str) -> Candidates:
    stars = subject.source.choice((3.5, 4.0, 4.2, 4.5, 4.7, 4.8, 5.0))
    return [stars, round(stars), str(stars), 1]


def _moment(rank: int) -> Meaning:
    def made(subject: Subject, _: str) -> Candidates:
        moment = subject.moment(rank)
        seconds = int(moment.timestamp())
        text = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        return [text, moment.date().isoformat(), seconds, seconds * 1000]

    return made


def _ahead(subject: Subject, _: str) -> Candidates:
    """A moment that is still to come."""
    moment = subject.moment(3)
    later = moment.replace(year=moment.year + 10, day=min(moment.day, 28))
    text = later.isoformat(timespec="seconds").replace("+00:00", "Z")
    seconds = int(later.timestamp())
    return [text, later.date().isoformat(), seconds, seconds * 1000]


def _birth(subject: Subject, qualifier: str) -> Candidates:
    birth = subject.person(qualifier).birth
    return [birth.isoformat(), f"{birth.isoformat()}T00:00:00Z"]


def _mostly(value: bool) -> Meaning:
    return lambda subject, _: [value if subject.source.random() < 0.85 else not value]


def _rows() -> Iterator[tuple[str, Meaning]]:
    for names, meaning in _TABLE:
        for name in names.split():
            yield name, meaning


_TABLE: tuple[tuple[str, Meaning], ...] = (
    # people
    ("firstname givenname forename", _of_person(lambda p: p.first)),
    ("lastname surname familyname", _of_person(lambda p: p.last)),
    ("middlename", _of_person(lambda p: p.first[:1] + ".")),
    ("initials", _of_person(lambda p: p.first[:1] + p.last[:1])),
    ("fullname personname realname holdername cardholdername", _of_person(lambda p: p.full)),
    ("username login loginname handle nickname screenname", _of_person(lambda p: p.user)),
    ("email emailaddress mail emailid", _of_person(lambda p: p.email)),
    ("gender sex", _of_person(lambda p: p.gender)),
    ("birthdate dateofbirth dob birthday birth", _birth),
    ("age", _of_person(lambda p: p.age)),
    ("name displayname", _name),
    ("author owner assignee reviewer sender recipient creator createdby updatedby", _someone),
    ("modifiedby customer manager teacher editor user contact speaker", _someone),
    ("phone phonenumber telephone mobile mobilenumber cell tel telephonenumber fax", _phone),
    ("jobtitle job occupation profession", _from_library("job", lambda t: t.split(",")[0])),
    ("company companyname organization employer manufacturer vendor supplier", _company),
    ("merchant seller publisher merchantname businessname brand", _company),
    ("department team", lambda s, _: [s.of("team").title()]),
    ("role", lambda s, _: [s.of("role").title().lower()]),
    ("industry", _short("industry")),
    # places
    ("city town locality cityname", _of_place(lambda p: p.city)),
    ("country countryname nationality", _of_place(lambda p: p.country, lambda p: p.code)),
    ("countrycode countryiso isocountry countryiso2", _of_place(lambda p: p.code)),
    ("province region county", _of_place(lambda p: p.state)),
    ("state", _state),
    ("postalcode postcode zip zipcode plz", _of_place(lambda p: p.postcode)),
    ("street streetaddress addressline1 addressline line1 address1 street1", _of_place(_street)),
    ("streetname", _of_place(lambda p: p.street)),
    ("housenumber streetnumber buildingnumber", _of_place(lambda p: p.number)),
    ("line2 address2 addressline2 street2", _short("street")),
    ("address fulladdress", _address),
    ("location venue origin destination", _of_place(lambda p: p.city)),
    ("latitude lat", _of_place(lambda p: p.latitude, lambda p: f"{p.latitude}")),
    ("longitude lng lon long", _of_place(lambda p: p.longitude, lambda p: f"{p.longitude}")),
    ("timezone tz timezoneid", _of_place(lambda p: p.timezone, lambda _: "UTC")),
    # money and goods
    ("price unitprice amount cost subtotal fare fee balance listprice saleprice", _money),
    ("revenue budget grandtotal totalprice totalamount amountdue total", _money),
    ("tax vat taxamount vatamount shipping shippingcost tip", _part_of_money(0.19)),
    ("discount discountamount", _part_of_money(0.1)),
    ("salary income wage", _salary),
    ("currency currencycode", lambda s, _: [s.currency]),
    ("iban", _from_library("iban")),
    ("bic swift swiftcode biccode", _from_library("swift")),
    ("accountnumber bankaccount", _between(10_000_000, 99_999_999)),
    ("last4 lastfour cardlast4", lambda _, __: ["4242"]),
    ("cardbrand", _short("brand")),
    ("paymentmethod", _short("payment")),
    ("expmonth", _between(1, 12)),
    ("expyear", _between(2028, 2034)),
    ("sku productcode articlenumber partnumber itemnumber", _sku),
    ("barcode ean gtin ean13 upc", _barcode),
    ("isbn isbn13", _from_library("isbn13", lambda t: t.replace("-", ""))),
    ("isbn10", _from_library("isbn10", lambda t: t.replace("-", ""))),
    ("color colour colorname", _colour),
    ("hexcolor colorhex hex", lambda s, _: [COLOURS[s.ware().colour]]),
    ("material", lambda s, _: [s.ware().material]),
    ("category categoryname genre", _category),
    ("size", _short("size")),
    ("unit", _short("unit")),
    ("quantity qty", _between(1, 10)),
    ("stock inventory stocklevel", _between(0, 120)),
    ("rating stars score averagerating", _rating),
    ("percent percentage progress discountpercent discountpercentage", _between(5, 50, 5)),
    ("discountrate taxrate vatrate", _between(5, 25)),
    ("weight", _between(1, 20, 0.1)),
    ("height width depth length", _between(10, 200)),
    # words
    ("title label headline subject caption heading", _title),
    ("description summary details note notes comment remarks content body text", _description),
    ("bio about excerpt abstract instructions reason message feedback answer", _description),
    ("slug permalink urlkey key", _slug),
    ("path pathname", lambda s, _: [f"/{slug(s.title()) or s.noun}"]),
    ("tag keyword topic", _short("tag")),
    ("status", _short("status")),
    ("priority", _short("priority")),
    ("type kind", lambda s, _: [s.noun]),
    ("code couponcode promocode", _code),
    ("reference ordernumber referencenumber", _number("ORD-")),
    ("invoicenumber", _number("INV-")),
    ("trackingnumber serialnumber", _number("SN-")),
    ("field fieldname property parameter", lambda _, __: ["name"]),
    ("weekday dayofweek", _short("weekday")),
    # the web
    ("avatar avatarurl profilepicture profileimage", _picture("person")),
    (
        "image imageurl picture photo thumbnail thumb logo icon cover banner poster",
        _picture("thing"),
    ),
    (
        "thumbnailurl photourl pictureurl logourl coverurl iconurl imageuri imagelink",
        _picture("thing"),
    ),
    ("img imgurl coverimage imagesrc src posterurl bannerurl thumburl", _picture("thing")),
    ("website homepage websiteurl web companyurl", _website),
    ("url link href uri", _url),
    ("domain hostname host domainname", _domain),
    ("ip ipaddress ipv4 clientip remoteip", lambda s, _: [f"192.0.2.{s.source.randint(1, 254)}"]),
    ("ipv6", lambda s, _: [f"2001:db8::{s.source.randint(1, 9999):x}"]),
    ("macaddress mac", _mac),
    ("useragent", _from_library("user_agent")),
    ("browser", _short("browser")),
    ("device devicename", _short("device")),
    ("os operatingsystem", _short("os")),
    ("port", _between(1_024, 9_999)),
    ("filename file attachmentname", _file),
    ("mimetype contenttype mediatype", _media_type),
    ("extension fileextension", lambda s, _: [s.file().rpartition(".")[2]]),
    ("filesize bytes sizebytes sizeinbytes", _between(2_000, 4_000_000)),
    ("checksum hash sha256", _hex(64)),
    ("sha sha1 etag", _hex(40)),
    ("md5", _hex(32)),
    ("requestid traceid correlationid", _hex(32)),
    ("token accesstoken refreshtoken apikey secret", _hex(40)),
    ("language lang languagecode", _language),
    ("locale", _locale),
    ("version", lambda s, _: [f"1.{s.source.randint(0, 12)}.{s.source.randint(0, 9)}", 1]),
    # ids and numbers
    ("id uuid guid", _id),
    ("page pagenumber pageno currentpage", lambda _, __: [1, "1"]),
    ("pagesize perpage limit", lambda _, __: [20, "20"]),
    ("offset skip", lambda _, __: [0]),
    ("year", _between(2015, 2025)),
    ("month", _between(1, 12)),
    ("day", _between(1, 28)),
    ("hour", _between(0, 23)),
    ("minute minutes second seconds", _between(0, 59)),
    ("duration", _between(10, 180, 5)),
    ("count views likes followers reviewcount comments", _between(0, 50)),
    ("rank position order sortorder index", _between(1, 10)),
    ("temperature", _between(-5, 30)),
    # moments
    ("createdat created createdon createdate creationdate datecreated inserted", _moment(0)),
    ("createtime registeredat joinedat startdate startedat startat starttime start", _moment(0)),
    ("orderdate orderedat placedat openedat issuedat issuedate addedat timestamp", _moment(0)),
    ("begin validfrom submittedat", _moment(0)),
    ("publishedat published paidat confirmedat approvedat sentat verifiedat date", _moment(1)),
    ("datetime time at publishedon publicationdate", _moment(1)),
    ("updatedat updated updatedon modifiedat modified lastmodified lastupdated", _moment(2)),
    ("updatetime dateupdated datemodified changedat editedat lastlogin lastloginat", _moment(2)),
    ("lastseen lastseenat shippedat modificationdate lastmodifiedat lastupdate", _moment(2)),
    ("enddate endedat endat endtime end deliveredat completedat closedat deletedat", _moment(3)),
    ("finishedat cancelledat canceledat resolvedat archivedat duedate dueat", _moment(3)),
    ("departuretime departureat departuredate departure checkin checkindate", _moment(2)),
    ("arrivaltime arrivalat arrival checkout checkoutdate", _moment(3)),
    ("until deliverydate arrivaldate returndate", _moment(3)),
    ("expiry validuntil validto", _ahead),
    ("expiresin ttl", _between(3600, 7200, 600)),
    # yes and no
    ("active enabled available instock verified public visible published", _mostly(value=True)),
    ("success confirmed subscribed emailverified", _mostly(value=True)),
    ("deleted archived blocked hidden disabled locked banned expired", _mostly(value=False)),
)

MEANINGS: Mapping[str, tuple[Meaning, ...]] = {
    name: tuple(meaning for other, meaning in _rows() if other == name) for name, _ in _rows()
}
"""What a name may mean, by its letters: something else as a number than as a text."""


@lru_cache(maxsize=10_000)
def meanings_of(name: str) -> tuple[tuple[Meaning, ...], str]:
    """What a name may mean, and what stands before the known ending of it."""
    words = words_of(name)
    for start in range(len(words)):
        for ending in (words[start:], (*words[start:-1], singular(words[-1]))):
            found = MEANINGS.get(_EXPIRY.sub("expiry", "".join(ending)))
            if found is not None:
                return found, "".join(word for word in words[:start] if word not in _LEADING)
    return (), ""


_EXPIRY = re.compile(r"expir(?:e|es|y|ation)(?:at|on|date|time)?$")
_LEADING = {"is", "has", "the", "my", "default", "primary", "main", "new", "old", "current"}
