"""Words for what Faker has none for: goods, titles, sentences, and what kinds of things there are.

Rules: data only, in English. Nothing here is a real brand, and nothing belongs to one contract.
"""

from __future__ import annotations

from collections.abc import Mapping


def words(text: str) -> tuple[str, ...]:
    """The words of a text: long lists are read more easily so."""
    return tuple(text.split())


KINDS: Mapping[str, str] = {
    word: kind
    for kind, nouns in {
        "person": (
            "user customer person people employee author owner member contact patient student "
            "teacher driver guest profile recipient sender assignee creator reviewer doctor "
            "candidate subscriber passenger player actor artist buyer participant attendee manager "
            "human staff parent child applicant tenant resident individual cardholder payer payee "
            "signer admin agent me"
        ),
        "product": (
            "product item article good goods variant merchandise offer line lineitem orderline "
            "cartitem sku inventory furniture gift equipment"
        ),
        "company": (
            "company organization business merchant vendor supplier shop store brand manufacturer "
            "employer client publisher bank agency partner seller restaurant hotel firm operator"
        ),
        "place": "city town location venue country region warehouse branch office address site",
        "station": "station stop terminal airport port",
        "book": "book movie film song track album novel episode game series podcast playlist",
        "event": "event meeting appointment conference webinar workshop session",
        "course": "course lesson module class lecture exam quiz",
        "task": "task todo issue ticket bug story job incident reminder",
        "project": "project campaign initiative board workspace milestone sprint",
        "category": "category tag label topic genre collection section menu",
        "team": "team group department division unit squad",
        "role": "role permission scope",
        "plan": "plan subscription tier package membership",
        "pet": "pet animal cat dog horse",
        "vehicle": "vehicle car truck bike van",
        "file": "file document attachment upload asset media image photo picture video",
        "article": "post blog page news comment review message notification thread topic question",
        "food": "recipe meal dish food drink pizza",
    }.items()
    for word in words(nouns)
}
"""What a thing is, by the noun that names it."""

EMPTY_WORDS = frozenset(
    words(
        "response request dto model schema object entity resource view data list page result "
        "results details detail summary info information read write create update new input output "
        "payload record out in body full base basic collection attributes content entry value "
        "wrapper envelope paginated all rest api v1 v2 inline embedded included node edge"
    )
)
"""Words in names of schemas that say nothing of what a thing is."""

GOODS: tuple[tuple[str, str, int, int, tuple[str, ...]], ...] = (
    ("mug", "Kitchen", 8, 25, ("ceramic", "enamel", "glass")),
    ("teapot", "Kitchen", 25, 80, ("ceramic", "glass", "steel")),
    ("cutting board", "Kitchen", 15, 60, ("oak", "bamboo", "walnut")),
    ("desk lamp", "Lighting", 30, 140, ("brass", "steel", "oak")),
    ("pendant light", "Lighting", 60, 240, ("glass", "brass", "linen")),
    ("notebook", "Office", 5, 20, ("linen", "leather", "paper")),
    ("backpack", "Travel", 45, 180, ("canvas", "leather", "nylon")),
    ("suitcase", "Travel", 90, 320, ("aluminium", "nylon", "canvas")),
    ("armchair", "Furniture", 180, 900, ("velvet", "leather", "linen")),
    ("bookshelf", "Furniture", 120, 600, ("oak", "walnut", "steel")),
    ("blanket", "Home", 30, 150, ("wool", "cotton", "linen")),
    ("cushion", "Home", 15, 60, ("velvet", "cotton", "linen")),
    ("rain jacket", "Clothing", 60, 220, ("nylon", "cotton", "canvas")),
    ("scarf", "Clothing", 18, 90, ("wool", "silk", "cotton")),
    ("water bottle", "Outdoor", 12, 45, ("steel", "glass", "aluminium")),
    ("watering can", "Garden", 20, 70, ("steel", "copper", "enamel")),
)
"""Goods: noun, category, the least and the highest price, and what they may be made of."""

COLOURS: Mapping[str, str] = {
    "blue": "#2f6fb3",
    "green": "#3c8d5a",
    "red": "#b23a48",
    "yellow": "#e0b040",
    "grey": "#7d8590",
    "black": "#22262b",
    "white": "#f5f5f0",
    "orange": "#d9772b",
    "navy": "#22355b",
    "beige": "#d8c7a8",
}

USES = (
    "made for everyday use",
    "easy to clean and made to last",
    "light, sturdy and simple",
    "finished by hand in small batches",
    "a good present for any occasion",
    "designed to fit into small rooms",
)

_PLACES = words("Harbour Garden Winter Island River Lantern Orchard Letter Mountain Compass")
TITLES: Mapping[str, tuple[str, ...]] = {
    "book": tuple(
        f"The {adjective} {noun}"
        for adjective in ("Silent", "Last", "Hidden", "Golden", "Northern")
        for noun in _PLACES
    ),
    "event": (
        *("Spring product meetup", "Quarterly planning", "Summer open day", "Design review"),
        *("New customer breakfast", "Annual partner conference", "Security workshop"),
        *("Autumn book fair", "Team retrospective", "Charity run"),
    ),
    "course": (
        *("Introduction to statistics", "Photography for beginners", "Business English"),
        *("Project planning basics", "Data analysis in practice", "First aid at work"),
        *("Creative writing", "Bookkeeping essentials", "Web design fundamentals"),
    ),
    "task": (
        *("Update the onboarding guide", "Fix the login page on small screens"),
        *("Call the supplier about the late delivery", "Prepare the monthly report"),
        *("Review the new price list", "Renew the security certificate"),
        *("Translate the help pages", "Order new name badges", "Test the backup"),
        *("Plan the office move", "Answer the open customer questions"),
    ),
    "project": (
        *("Website relaunch", "Customer portal", "Warehouse move", "Mobile app", "Spring campaign"),
        *("Price comparison", "Paperless office", "Loyalty programme", "Data clean-up"),
    ),
    "category": (
        *("Kitchen", "Lighting", "Office", "Travel", "Furniture", "Home", "Clothing", "Outdoor"),
        *("Garden", "Books", "Toys", "Sports", "Music"),
    ),
    "team": (
        *("Customer support", "Engineering", "Marketing", "Finance", "Design", "Operations"),
        *("Sales", "People and culture", "Quality", "Research"),
    ),
    "role": ("Administrator", "Editor", "Viewer", "Manager", "Accountant", "Support agent"),
    "plan": ("Starter", "Basic", "Standard", "Plus", "Professional", "Business", "Family"),
    "pet": ("Bella", "Milo", "Luna", "Charlie", "Nala", "Oscar", "Coco", "Rocky", "Daisy", "Max"),
    "vehicle": ("City hatchback", "Family estate", "Compact van", "Electric saloon", "Minibus"),
    "article": (
        *("Five ways to plan a better week", "What we learned from our first year"),
        *("How to choose the right chair", "Our new opening hours", "A short guide to tea"),
        *("Ten tips for packing light", "Why small teams work well", "Meet the people behind it"),
    ),
    "food": (
        *("Tomato soup with basil", "Lemon chicken", "Mushroom risotto", "Apple crumble"),
        *("Greek salad", "Lentil curry", "Banana pancakes", "Vegetable lasagne"),
    ),
}
"""Names of things by their kind."""

ADJECTIVES = ("Northern", "Central", "Bright", "Quiet", "Main", "Modern", "Classic", "Green")

SENTENCES = (
    "Everything is ready and can be used right away.",
    "Please get in touch if you need any changes.",
    "The details were checked last week.",
    "It is popular with new and returning customers.",
    "More information will follow in the next few days.",
    "This was updated after feedback from several people.",
    "Delivery usually takes two to three working days.",
    "Open from Monday to Friday, and on request at weekends.",
    "A good choice for small groups and families.",
    "Nothing else is needed to get started.",
    "We review this once every three months.",
    "It replaces the version from last year.",
)

SHORT_WORDS = {
    "tag": ("new", "popular", "sale", "seasonal", "handmade", "gift", "limited", "bestseller"),
    "status": ("active", "pending", "completed", "active", "draft"),
    "industry": ("Retail", "Logistics", "Education", "Health care", "Software", "Hospitality"),
    "gender": ("female", "male"),
    "size": ("S", "M", "L", "XL"),
    "unit": ("piece", "box", "kg", "pair"),
    "priority": ("low", "medium", "high"),
    "browser": ("Firefox", "Chrome", "Safari", "Edge"),
    "device": ("phone", "tablet", "laptop", "desktop"),
    "os": ("Linux", "macOS", "Windows", "Android", "iOS"),
    "payment": ("card", "bank_transfer", "invoice", "direct_debit"),
    "weekday": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "file": ("report", "invoice", "contract", "photo", "price-list", "minutes", "manual"),
    "street": ("Apt. 4", "Floor 2", "Suite 12", "Building C"),
    "brand": ("visa", "mastercard"),
}
"""Short texts by what they are of."""

FILES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "csv": "text/csv",
    "txt": "text/plain",
}
"""Media types of files by their extension."""

CURRENCIES: Mapping[str, str] = {
    **dict.fromkeys(
        words("AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK"),
        "EUR",
    ),
    "US": "USD",
    "GB": "GBP",
    "CA": "CAD",
    "AU": "AUD",
    "NZ": "NZD",
    "CH": "CHF",
    "LI": "CHF",
    "JP": "JPY",
    "CN": "CNY",
    "TW": "TWD",
    "KR": "KRW",
    "IN": "INR",
    "BD": "BDT",
    "NP": "NPR",
    "SE": "SEK",
    "NO": "NOK",
    "DK": "DKK",
    "IS": "ISK",
    "PL": "PLN",
    "CZ": "CZK",
    "HU": "HUF",
    "RO": "RON",
    "BG": "BGN",
    "RU": "RUB",
    "UA": "UAH",
    "TR": "TRY",
    "IL": "ILS",
    "SA": "SAR",
    "BR": "BRL",
    "MX": "MXN",
    "AR": "ARS",
    "CL": "CLP",
    "CO": "COP",
    "TH": "THB",
    "ID": "IDR",
    "PH": "PHP",
    "VN": "VND",
    "ZA": "ZAR",
    "NG": "NGN",
    "PK": "PKR",
    "IR": "IRR",
    "GE": "GEL",
}
"""Currencies of countries (ISO 4217 and ISO 3166)."""

WITHOUT_CENTS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})
"""Currencies that have no minor unit (ISO 4217)."""

AMERICAN: tuple[tuple[str, str, str, float, float, str], ...] = (
    ("Portland", "Oregon", "97205", 45.5202, -122.6742, "America/Los_Angeles"),
    ("Seattle", "Washington", "98101", 47.6104, -122.3362, "America/Los_Angeles"),
    ("San Diego", "California", "92101", 32.7195, -117.1628, "America/Los_Angeles"),
    ("Denver", "Colorado", "80202", 39.7508, -104.9966, "America/Denver"),
    ("Santa Fe", "New Mexico", "87501", 35.687, -105.9378, "America/Denver"),
    ("Austin", "Texas", "78701", 30.2711, -97.7437, "America/Chicago"),
    ("Chicago", "Illinois", "60601", 41.8858, -87.6181, "America/Chicago"),
    ("Madison", "Wisconsin", "53703", 43.0747, -89.3841, "America/Chicago"),
    ("Nashville", "Tennessee", "37203", 36.1499, -86.7893, "America/Chicago"),
    ("Atlanta", "Georgia", "30303", 33.7525, -84.3915, "America/New_York"),
    ("Boston", "Massachusetts", "02108", 42.3576, -71.0684, "America/New_York"),
    ("Pittsburgh", "Pennsylvania", "15222", 40.4477, -79.9931, "America/New_York"),
)
"""Cities with their state, postal code, latitude, longitude and time zone: Faker's states are
drawn without regard to the city."""
