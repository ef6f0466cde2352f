"""Puts the engine together over its ports; what stands behind them is the caller's matter.

`parts` has the whole as its steps: `common`, then what executes, then the use cases, a module for
each of their subjects, and what works `by_itself`.
"""

from engine.assembly.parts import Parts, assemble

__all__ = ["Parts", "assemble"]
