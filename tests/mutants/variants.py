"""Conformant implementations that differ in what the document leaves open: the suite is silent."""

from .variant import Variant
from .variant_answers import ANSWERS
from .variant_requests import REQUESTS
from .variant_urls import URLS

VARIANTS: tuple[Variant, ...] = (*ANSWERS, *REQUESTS, *URLS)
