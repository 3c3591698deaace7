"""The picker: records of a register, chosen by what one types."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from wtforms import Field, Form
from wtforms.validators import StopValidation

from app.core.asked import key_of
from app.core.fields import MOST_CHOSEN
from app.core.options import Option
from app.core.sheets import LONGEST_LINE


class PickerField(Field):
    """Records of a register: chosen ones as check boxes, more found by typing, with or without script.

    ``find(query, exclude)`` answers options for what was typed, ``get(values)`` those with the given keys, both as the
    acting person may see them; a key that ``get`` does not answer is refused.
    """

    def __init__(
        self,
        label: Any = None,
        validators: Iterable[Any] = (),
        *,
        find: Callable[[str], list[Option]],
        get: Callable[[Sequence[int]], list[Option]],
        options_url: Callable[[], str],
        multiple: bool = True,
        create_label: Any = None,
        required: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.find = find
        self.get = get
        self._options_url = options_url
        self.multiple = multiple
        self.create_label = create_label
        self.required = required
        if required:
            self.flags.required = True
        self.query = ""
        self._searching = False
        self._is_unreadable = False
        self._chosen: list[Option] | None = None

    @property
    def options_url(self) -> str:
        """Where script asks for options; the answer needs to know what it is for."""
        return f"{self._options_url()}?{urlencode({'name': self.name, 'many': int(self.multiple)})}"

    @property
    def chosen(self) -> list[Option]:
        """The chosen records, in the order of the register."""
        if self._chosen is None:
            values = self.values
            self._chosen = self.get(values) if values else []
        return self._chosen

    @property
    def options(self) -> list[Option] | None:
        """What was found for ``query``, without the chosen ones; ``None`` when nobody searched."""
        if not (self._searching or self.query):
            return None
        values = set(self.values)
        return [option for option in self.find(self.query) if option.value not in values]

    @property
    def values(self) -> list[int]:
        """The chosen keys."""
        if self.multiple:
            return list(self.data or ())
        return [self.data] if self.data else []

    def process_data(self, value: Any) -> None:
        """Take keys, or records with an ``id``."""
        if self.multiple:
            self.data: Any = [getattr(item, "id", item) for item in value or ()]
        else:
            self.data = getattr(value, "id", value)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the chosen keys and what was typed to find more."""
        super().process(formdata, [] if data is None and self.multiple else data, extra_filters)
        if formdata:
            self.query = (formdata.get(f"{self.name}-q") or "").strip()[:LONGEST_LINE]
            self._searching = formdata.get("find") == self.name
            keys = list(filter(None, dict.fromkeys(formdata.getlist(self.name)[: MOST_CHOSEN + 1])))
            sent = [number for number in map(key_of, keys) if number is not None]
            self._is_unreadable = len(sent) < len(keys)
            self.data = sent if self.multiple else (sent[0] if sent else None)
            if self.query and not self._searching and self._has_found():
                self.query = ""  # Typed still, it would look as if it were to be chosen yet.

    def _has_found(self) -> bool:
        """Whether what was typed found something that is chosen."""
        values = set(self.values)
        return bool(values) and any(option.value in values for option in self.find(self.query))

    def process_formdata(self, valuelist: list[Any]) -> None:
        """The keys were read in ``process``, which also runs when none was sent."""

    def pre_validate(self, form: Form) -> None:
        """Refuse a key that the actor cannot see, too many, and nothing where something is required."""
        if len(self.values) > MOST_CHOSEN:
            raise StopValidation(_("Choose at most %(count)s.", count=MOST_CHOSEN))
        if self._is_unreadable or len(self.chosen) != len(self.values):
            raise StopValidation(_("One of the chosen entries no longer exists, or is not open to you."))
        if self.required and not self.values:
            raise StopValidation(str(self.required))

    def keys_of(self, value: Any) -> list[int]:
        """The keys of chosen records, or of keys, in order."""
        chosen = (value or ()) if self.multiple else [value] if value else []
        return sorted(getattr(item, "id", item) for item in chosen)

    def shown(self, value: Any) -> str:
        """The labels of chosen records."""
        keys = self.keys_of(value)
        return ", ".join(f"{option.code} {option.label}".strip() for option in (self.get(keys) if keys else []))
