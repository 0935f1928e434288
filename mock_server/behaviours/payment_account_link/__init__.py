"""The payment accounts of organisations, and the onboarding links to them.

`behaviour` is what the mock asks, `accounts` keeps their states, `links` what is known of each
link, `onboarding` shows the hosted pages.
"""
