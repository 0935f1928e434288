"""What the mock's user sees of it below `/_tallystick/`: control API, board, Swagger UI.

`api` are the handlers, `bodies` reads what they are sent, `guard` says who may use them,
`documents` shows the OpenAPI documents, `board` and `pages` are what a browser shows.
"""
