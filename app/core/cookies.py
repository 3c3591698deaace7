"""The cookie that holds a session: Flask's own, with what signs it made once instead of with every request."""

from functools import cached_property

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class SessionCookie(SecureCookieSessionInterface):
    """Sessions of one application; its keys stay the same as long as the process runs."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    @cached_property
    def _serialiser(self) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(self._app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs and reads the cookie."""
        return self._serialiser
