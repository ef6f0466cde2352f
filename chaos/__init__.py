"""Faults on purpose, again and again, and what became of every event: `make chaos`.

It drives whole installations with what the tests have for that (`tests/support`, `tests/crash`).
"""
