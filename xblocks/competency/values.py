"""Dataclasses whose making costs a web worker next to nothing.

The standard library writes and compiles six methods for each frozen, slotted dataclass, about a millisecond
each time; ours number a hundred, and every web worker makes them all at its start. Type checkers see the
standard library's ``dataclass``, ``field`` and ``replace``. At run time methods that all classes share do the
same, of what is used here: ``frozen=True, slots=True``, with or without ``kw_only``, one base at most,
defaults and default factories, ``__post_init__``. A test holds the two together.
"""

from typing import TYPE_CHECKING

__all__ = ["dataclass", "field", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    from typing import ClassVar

    class Factory:
        """Makes the default of a field anew for each value."""

        __slots__ = ("make",)

        def __init__(self, make):
            self.make = make

    class LazySignature:
        """The signature of ``__init__``, worked out for whoever documents the class."""

        def __get__(self, value, cls):
            # Costly, and no web worker documents anything.
            from inspect import Parameter, Signature

            kind = Parameter.KEYWORD_ONLY if cls._kw_only else Parameter.POSITIONAL_OR_KEYWORD
            return Signature(
                [
                    Parameter(
                        name, kind, annotation=annotation, default=cls._defaults.get(name, Parameter.empty)
                    )
                    for name, annotation in cls._annotations.items()
                ]
            )

    def field(*, default_factory):
        """Return the default of a field that is made anew for each value."""
        return Factory(default_factory)

    def replace(value, /, **changes):
        """Return the value with some fields changed; raises TypeError for what is no field."""
        return type(value)(**{name: getattr(value, name) for name in value._annotations} | changes)

    def dataclass(*, frozen, slots, kw_only=False):
        """Return the decorator; ``frozen`` and ``slots`` must be true."""
        if not (frozen and slots):
            raise TypeError("values are frozen and slotted")
        return lambda cls: _made(cls, kw_only)

    def _made(cls, kw_only):
        """Return the class again, with slots, which cannot be added to one."""
        base = cls.__bases__[0]
        shared = {} if hasattr(base, "_annotations") else SHARED
        own = {
            name: annotation
            for name, annotation in vars(cls).get("__annotations__", {}).items()
            if getattr(annotation, "__origin__", annotation) is not ClassVar
        }
        names = {
            name: one for name, one in cls.__dict__.items() if name not in ("__dict__", "__weakref__", *own)
        }
        annotations = {**getattr(base, "_annotations", {}), **own}
        defaults = {name: cls.__dict__[name] for name in own if name in cls.__dict__}
        made = type(cls)(
            cls.__name__,
            cls.__bases__,
            {
                **shared,
                **names,
                "__slots__": tuple(own),
                "__qualname__": cls.__qualname__,
                "__match_args__": () if kw_only else tuple(annotations),
                "_kw_only": kw_only,
                "_annotations": annotations,
                "_defaults": {**getattr(base, "_defaults", {}), **defaults},
            },
        )
        made._setters = tuple((name, getattr(made, name).__set__) for name in annotations)
        return made

    def _init(self, /, *positional, **given):
        cls = type(self)
        if positional:
            given = _named(cls, positional, given)
        for name, put in cls._setters:
            if name in given:
                put(self, given.pop(name))
            elif name in cls._defaults:
                default = cls._defaults[name]
                put(self, default.make() if type(default) is Factory else default)
            else:
                raise TypeError(f"{cls.__qualname__} lacks {name}")
        if given:
            raise TypeError(f"{cls.__qualname__} has no field {', '.join(given)}")
        self.__post_init__()

    def _named(cls, positional, given):
        names = cls.__match_args__
        if len(positional) > len(names):
            raise TypeError(f"{cls.__qualname__} takes {len(names)} positional arguments")
        named = dict(zip(names, positional, strict=False))
        if twice := named.keys() & given.keys():
            raise TypeError(f"{cls.__qualname__} got {', '.join(sorted(twice))} twice")
        return named | given

    def _content(self):
        return tuple([getattr(self, name) for name in self._annotations])

    def _eq(self, other):
        return _content(self) == _content(other) if type(other) is type(self) else NotImplemented

    def _hash(self):
        return hash(_content(self))

    def _repr(self):
        fields = ", ".join([f"{name}={getattr(self, name)!r}" for name in self._annotations])
        return f"{type(self).__qualname__}({fields})"

    def _set(self, name, _value):
        raise AttributeError(f"cannot assign to field {name!r}")

    def _delete(self, name):
        raise AttributeError(f"cannot delete field {name!r}")

    def _restore(self, state):
        for (_name, put), one in zip(self._setters, state, strict=True):
            put(self, one)

    SHARED = {
        "__init__": _init,
        "__post_init__": lambda self: None,
        "__eq__": _eq,
        "__hash__": _hash,
        "__repr__": _repr,
        "__setattr__": _set,
        "__delattr__": _delete,
        "__getstate__": _content,
        "__setstate__": _restore,
        "__signature__": LazySignature(),
    }
