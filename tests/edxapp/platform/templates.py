"""Fake of the platform's loader of Django templates, which differs from Django's own.

Read from common/djangoapps/edxmako/makoloader.py and lms/envs/common.py (e57a655). A template is compiled
without its name, anew each time, and ``skip`` is not heeded: one that extends another of its own name never
ends. Templates of Mako are not faked: a plugin has none.
"""

from django.template import Engine, TemplateDoesNotExist
from django.template.loaders.app_directories import Loader


class FakeMakoAppDirectoriesLoader:
    """Fake of MakoAppDirectoriesLoader."""

    def __init__(self, engine):
        self.base_loader = Loader(engine)

    def get_template(self, template_name, skip=None):
        for origin in self.base_loader.get_template_sources(template_name):
            try:
                source = self.base_loader.get_contents(origin)
            except TemplateDoesNotExist:
                continue
            return Engine.get_default().from_string(source)
        raise TemplateDoesNotExist(template_name)

    def reset(self):
        self.base_loader.reset()
