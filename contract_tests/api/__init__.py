"""The contract tests as a Python API, for the tests of a project.

`validation` holds a response of any client to the contract; `suite` is a whole run as a pytest
test. Import both from `contract_tests`.
"""
