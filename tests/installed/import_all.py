"""Imports every module of ours in this process, and prints as JSON what that did beside importing.

``python import_all.py``: without Django's settings, as a tool that only looks at the package would.
``python import_all.py configured``: with our two apps set up, as a web worker has them.
The platform is made absent, even where it is installed.
"""

import importlib
import json
import os
import pkgutil
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterable
from pathlib import Path

PLATFORM = ("openedx", "lms", "cms", "common", "xmodule")
OURS = ("xblocks", "lti_bridge", "course_content")
APPS = ["contenttypes", "auth", "sessions", "messages", "admin"]
# Tutor's environment has a suite of its own; xAPI statements need event-routing-backends as an app, and that
# settings of its own (tests/edxapp/events).
ELSEWHERE = {"xblocks.tutor_plugin", "xblocks.xapi"}
MODELS = re.compile(r"/(models|migrations)(/|\.py$)")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
SOCKETS = ("socket.bind", "socket.connect", "socket.getaddrinfo")
DEEDS = (*SOCKETS, "subprocess.", "os.", "shutil.", "_thread.", "sqlite3.")
LOOKING = ("os.listdir", "os.scandir", "os.walk", "os.fwalk")

done: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Note what changes something outside this process, or starts something inside it."""
    if event == "open":
        path, _mode, flags = arguments
        if isinstance(flags, int) and flags & WRITES and path != os.devnull:
            done.append(f"open {path}")
    elif event.startswith(DEEDS) and event not in LOOKING:
        done.append(f"{event} {arguments!r}")


def modules() -> list[str]:
    """Return the dotted names of every module and package of ours."""
    found: list[str] = []
    for name in OURS:
        package = importlib.import_module(name)
        found += [name, *(f"{name}.{path}" for path in _below(package.__path__))]
    return sorted(set(found) - ELSEWHERE)


def _below(paths: Iterable[str]) -> list[str]:
    found = []
    for module in pkgutil.iter_modules(list(paths)):
        found.append(module.name)
        if module.ispkg:
            below = [str(Path(path) / module.name) for path in paths]
            found += [f"{module.name}.{name}" for name in _below(below)]
    return found


def main() -> None:
    """Import all, and print what that did; ``for_models`` needed settings to define a model."""
    sys.modules.update(dict.fromkeys(PLATFORM))
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    sys.addaudithook(watch)
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    if "configured" in sys.argv:
        settings.configure(
            INSTALLED_APPS=[*(f"django.contrib.{app}" for app in APPS), "xblocks.records", "lti_bridge"],
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            USE_TZ=True,
        )
        django.setup()
    names, for_models = modules(), []
    for name in names:
        try:
            importlib.import_module(name)
        except ImproperlyConfigured as error:
            if not any(MODELS.search(frame.filename) for frame in traceback.extract_tb(error.__traceback__)):
                raise
            for_models.append(name)
    print(
        json.dumps(
            {
                "modules": names,
                "for_models": for_models,
                "done": done,
                "threads": threading.active_count(),
                "signals": [
                    number.name if isinstance(number, signal.Signals) else number
                    for number, handler in handlers.items()
                    if signal.getsignal(number) is not handler
                ],
                "platform": [name for name in PLATFORM if sys.modules[name] is not None],
                "file": sys.modules["xblocks"].__path__[0],
            }
        )
    )


if __name__ == "__main__":
    main()
