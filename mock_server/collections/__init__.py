"""Collections that remember: what is posted is listed, read, changed and deleted.

`tallystick.catalogue.collections` says which operations of a contract are one. Here `registry` has
the collections of a mock, `answering` says what a request to one gets, `items` makes items,
`fitting` keeps them valid, `storage` keeps them per session, `frames` puts them into bodies,
`filters` and `paging` choose what of a list is shown.
"""
