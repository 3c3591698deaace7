"""When a memorandum may be shown to everybody: pure functions with named refusals."""

from collections.abc import Collection, Mapping

from flask_babel import gettext as _

from app.core.errors import Refused
from app.mou.models import SHOWN, Mou


class NotAgreed(Refused):
    """Some party has not agreed to be shown, or nobody says how that is known."""


def why_not_published(mou: Mou) -> str | None:
    """Why a memorandum cannot be shown to everybody now."""
    if mou.is_published:
        return _("It is shown to everybody already.")
    if mou.state not in SHOWN:
        return _("It is “%(state)s”: only what is, or was, in force is shown to everybody.", state=mou.state.label)
    return None


def why_not_withdrawn(mou: Mou, said: Collection[int]) -> str | None:
    """Why no party can take its consent back now; ``said`` are the keys of those that agreed when they signed."""
    if mou.is_published:
        return _("It is shown to everybody: take that back.")
    return None if said else _("No party agreed when signing, or what it said was taken back already.")


def check_withdrawn(said: Collection[int], parties: Collection[int], reason: str | None) -> None:
    """Somebody took back what they had said, and it is known how. Raises ``Refused``."""
    wrong = {}
    if not parties or set(parties) - set(said):
        wrong["parties"] = _("Tick who took it back.")
    if not reason:
        wrong["reason"] = _("Write why, in a few words.")
    if wrong:
        raise Refused(**wrong)


def check_agreed(
    parties: Mapping[int, str], agreed: Collection[int], note: str | None, *, needs_note: bool = True
) -> None:
    """Each party agreed, and it is said how that is known; ``parties`` are names by key. Raises ``NotAgreed``.

    Where each of them said so when it signed, no note is needed.
    """
    wrong = {}
    lacking = [name for key, name in parties.items() if key not in agreed]
    if lacking:
        wrong["agreed"] = _("Without the consent of all it is not shown: %(parties)s.", parties="; ".join(lacking))
    if needs_note and not note:
        wrong["note"] = _("Say how they agreed, such as by mail of which day.")
    if wrong:
        raise NotAgreed(**wrong)
