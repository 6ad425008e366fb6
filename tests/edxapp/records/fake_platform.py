"""Fakes of what the platform has."""

import gettext
import sys
from contextlib import suppress
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.dispatch import Signal
from django.utils import translation
from django.utils.translation import get_language, to_locale
from edx_django_utils.plugins import plugin_signals

__all__ = ["FakeXBlockI18nService", "connect_receivers_of_ours"]

ACCOUNTS = "openedx.core.djangoapps.user_api.accounts.signals"


def connect_receivers_of_ours(monkeypatch: pytest.MonkeyPatch) -> Signal:
    """Connect our receivers as the LMS does, to a fake of its retirement signal; returns the signal.

    Fake of ``openedx/core/djangoapps/user_api/accounts/signals.py`` (openedx-platform e57a655): a plain
    ``Signal``, sent with ``sender`` and ``user`` by the view of ``/api/user/v1/accounts/retire_misc/``,
    which answers 500 where a receiver raises. Other plugins' receivers need the platform and are left out.
    """
    signal = Signal()
    parts = ACCOUNTS.split(".")
    for depth in range(1, len(parts) + 1):
        monkeypatch.setitem(sys.modules, ".".join(parts[:depth]), ModuleType(".".join(parts[:depth])))
    monkeypatch.setattr(sys.modules[ACCOUNTS], "USER_RETIRE_LMS_MISC", signal, raising=False)
    configs = plugin_signals.registry.get_plugin_app_configs("lms.djangoapp")
    ours = [config for config in configs if config.__module__.split(".")[0] in ("xblocks", "lti_bridge")]
    for config in ours:
        plugin = config.plugin_app["signals_config"]["lms.djangoapp"]
        receivers = [one for one in plugin["receivers"] if one["signal_path"].startswith(ACCOUNTS)]
        narrowed = {
            **config.plugin_app,
            "signals_config": {"lms.djangoapp": {**plugin, "receivers": receivers}},
        }
        monkeypatch.setattr(config, "plugin_app", narrowed)
    monkeypatch.setattr(plugin_signals.registry, "get_plugin_app_configs", lambda _project: ours)
    plugin_signals.connect_plugin_receivers("lms.djangoapp")
    return signal


class FakeXBlockI18nService:
    """Fake of ``XBlockI18nService`` of xmodule/modulestore/django.py (openedx-platform 5af5f01).

    Its faults with it: a pulled directory without the reader's language hides the bundled catalogue, and
    there is no ``ungettext``. Root package of a block: xmodule/modulestore/api.py.
    """

    def __init__(self, block: Any) -> None:
        self.translator: Any = translation
        package = getattr(block, "unmixed_class", type(block)).__module__.split(".")[0]
        pulled = Path(settings.REPO_ROOT) / "conf/plugins-locale/xblock.v1" / package
        domain, directory = "django", pulled
        if not pulled.is_dir():
            domain, directory = "text", Path(str(resources.files(package))) / "translations"
        locale = to_locale(get_language() or settings.LANGUAGE_CODE)
        with suppress(OSError):
            self.translator = gettext.translation(domain, str(directory), [locale])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.translator, "gettext" if name == "ugettext" else name)
