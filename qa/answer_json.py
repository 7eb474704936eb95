"""Answers, and what holds them, read back from their JSON form."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_Kind = TypeVar("_Kind")


def read_as(kind: type[_Kind], data: object) -> _Kind:
    """The dataclass whose fields `data` gives as JSON has them; fields that it does not know are passed over.

    Raises ValueError in one line, which names the field and repeats nothing of the data.
    """
    from pydantic import ValidationError

    try:
        validated: _Kind = _adapter(cast(Any, kind)).validate_python(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from None
    return validated


@lru_cache(maxsize=16)
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
