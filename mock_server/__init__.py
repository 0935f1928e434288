"""The mock: Connexion serves a contract, and every documented case can be had from it."""

import warnings

# Connexion 3.3.0 imports Starlette's test client, which newer Starlettes warn about; nothing of
# it is used here, and a user of the mock can do nothing about it.
warnings.filterwarnings("ignore", message=".*starlette.testclient.*")
