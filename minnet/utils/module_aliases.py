"""Second names for modules: `import minnet.losses` finds `minnet.nn.losses`.

The modules are in folders that show what belongs together; users import them by shorter names.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


def add_aliases(package: str, targets: dict[str, str]) -> None:
    """Let `import package.alias` give the module `targets[alias]`, loaded when first imported."""
    sys.meta_path.append(_AliasFinder({f"{package}.{a}": t for a, t in targets.items()}))


class _AliasFinder(MetaPathFinder, Loader):
    """Finds the target of an alias and returns it unchanged."""

    def __init__(self, targets: dict[str, str]) -> None:
        self._targets = targets
        self._specs: dict[str, ModuleSpec | None] = {}

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname in self._targets else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self._targets[spec.name])
        self._specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """The target has been executed under its own name; restore the spec of that name."""
        alias = module.__spec__
        if alias is not None:
            module.__spec__ = self._specs.pop(alias.name)
