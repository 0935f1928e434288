"""A service for `document.yaml`, three times: with Flask, FastAPI and aiohttp.

It shares no code with the project, and stands for the services that people test with it.
"""
