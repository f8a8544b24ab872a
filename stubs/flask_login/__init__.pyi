from collections.abc import Callable
from typing import TypeVar

from flask import Flask

_Loader = TypeVar("_Loader", bound=Callable[[str], UserMixin | None])

class UserMixin:
    id: str
    @property
    def is_authenticated(self) -> bool: ...

class LoginManager:
    login_view: str | None
    login_message: str | None
    def init_app(self, app: Flask) -> None: ...
    def user_loader(self, callback: _Loader) -> _Loader: ...
    def unauthorized(self) -> object: ...

current_user: UserMixin

def login_user(user: UserMixin) -> bool: ...
def logout_user() -> bool: ...
