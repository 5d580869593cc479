"""What other libraries call it, and what minnet calls it: the table behind "did you mean".

Each row of foreign_names.csv has a kind, a name elsewhere, and what to write here. The kinds:

- argument: one or more arguments here, of which the first that exists is meant; what contains a
  space is a sentence. `fit.class_weight` is the argument of `fit` alone;
- name: of a class, a function or a module;
- attribute: a method or an attribute of an object; `History.loss` is that of a History alone;
- text: what stands for a class in a string, such as "relu".
"""

from __future__ import annotations

import functools


@functools.cache
def foreign_names(kind: str) -> dict[str, tuple[str, ...]]:
    """The names of one kind, each with what it is here; read when first needed.

    >>> foreign_names("argument")["max_lr"]
    ('peak', 'highest')
    """
    import csv  # here: only error messages need them
    from importlib import resources

    text = resources.files(__package__).joinpath("foreign_names.csv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines())
    return {name: tuple(here) for of_kind, name, *here in rows if of_kind == kind}


def meant(text: object, otherwise: str) -> str:
    """The next step where a text was given for an object, or `otherwise` if it means nothing.

    >>> meant("relu", "Give a layer.")
    'Write mn.ReLU().'
    """
    here = foreign_names("text").get(text.lower()) if isinstance(text, str) else None
    return f"Write {here[0]}." if here else otherwise
