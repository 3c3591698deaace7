"""How people name what was said, decided and set at an event: F3-2, D3-2, A3-1."""


def code_of(letter: str, meeting: int | None, event_id: int, number: int) -> str:
    """The name of a decision (``D``) or an action (``A``).

    Within a numbered meeting ``D3-2``; events without a number, such as round tables, are told apart by their key:
    ``DE41-2``.
    """
    return f"{letter}{meeting}-{number}" if meeting else f"{letter}E{event_id}-{number}"
