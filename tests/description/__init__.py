"""docs/openapi.json, made from the routes: `python -m tests.description` writes it anew (decision 13).

Paths, who may call and with which scopes, and the parameters come from the program itself; what the
program reads by hand, and what it answers, from the facts of the documentation in `tests.contract`.
"""
