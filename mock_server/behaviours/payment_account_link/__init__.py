"""The payment accounts of organisations, the onboarding links to them, and the operations beside.

`behaviour` is what the mock asks, `roles` says what each operation does with an account. `accounts`
keeps their states, `facts` puts them into words of the document, `links` is what is known of each
link, `secrets` keeps those of the embedded onboarding, `onboarding` shows the hosted pages.
"""
