"""What is installed: the components and systems of dam itself and of other packages."""

import functools
import importlib
import logging
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from types import ModuleType

from dam.core.component import Component, mapped_components
from dam.core.matcher import Matcher
from dam.core.registry import Registry
from dam.core.step import Step
from dam.core.system import System

GROUP = "dam.plugins"
_MODELS = ("_component", "_system", "_matcher")
"""How the modules end that are looked into; others, of what systems do, are imported when they do it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plugin:
    """What an entry point of the group `dam.plugins` refers to.

    `models` is the module with the plugin's components and systems, or a package of packages and of modules
    named `*_component`, `*_system` or `*_matcher`, which have them. A plugin with tables names its Alembic
    directory (`package:folder`) and the newest revision in it; its version table is `<package>_version`.
    """

    models: str
    migrations: str | None = None
    head: str | None = None

    @property
    def package(self) -> str:
        """Return the plugin's top-level package."""
        return self.models.partition(".")[0]

    @property
    def version_table(self) -> str:
        """Return the table that says which revision of the plugin's schema is there."""
        return f"{self.package}_version"


@dataclass(frozen=True)
class Installed:
    """The plugins that could be loaded, and everything they and dam bring."""

    plugins: tuple[Plugin, ...]
    registry: Registry


@functools.cache
def installed() -> Installed:
    """Import dam's models and every plugin; a broken plugin is a warning and is left out."""
    modules = list(_import_below("dam.models"))
    plugins = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            plugin = entry.load()
            if not isinstance(plugin, Plugin):
                raise TypeError(f"{entry.value} is no dam.plugins.Plugin")
            brought = list(_import_below(plugin.models))
            _registry([*modules, *brought])
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, dam works without
            _log.warning("plugin left out: %s: %s: %s", entry.name, type(error).__name__, error)
            continue
        modules += brought
        plugins.append(plugin)
    return Installed(tuple(plugins), _registry(modules))


def _registry(modules: list[ModuleType]) -> Registry:
    names = {module.__name__ for module in modules}
    systems = [
        found
        for module in modules
        for found in vars(module).values()
        if isinstance(found, System) and found.__module__ == module.__name__
    ]
    components: list[type[Component]] = [c for c in mapped_components() if c.__module__ in names]
    steps = {found for module in modules for found in vars(module).values() if isinstance(found, Step)}
    matchers = {found for module in modules for found in vars(module).values() if isinstance(found, Matcher)}
    return Registry.of(
        components,
        systems,
        sorted(steps, key=lambda step: step.name),
        sorted(matchers, key=lambda matcher: matcher.name),
    )


def _import_below(name: str) -> Iterator[ModuleType]:
    module = importlib.import_module(name)
    yield module
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), prefix=f"{name}."):
        if found.ispkg or found.name.endswith(_MODELS):
            yield importlib.import_module(found.name)
