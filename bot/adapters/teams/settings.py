"""What one Teams app needs to know about itself and about Microsoft's addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

PLATFORM = "teams"
# https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
ISSUER = "https://api.botframework.com"
SCOPE = f"{ISSUER}/.default"


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """A registration: `app_id`, its secret, and its tenant (Entra directory), which it serves. Without `app_id` nothing
    is authenticated and only callers on this machine are heard: for trying it with the Playground.

    `guests` are further tenants that it serves; then the registration allows accounts of any organization.
    `login_url` gives our tokens, `metadata_url` the keys of Teams' tokens; others than Microsoft's are for tests.
    Raises ValueError where a registration is not whole.
    """

    app_id: str = ""
    app_password: str = field(default="", repr=False)
    tenant_id: str = ""
    login_url: str = "https://login.microsoftonline.com"
    metadata_url: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    guests: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.app_id and not (self.app_password and self.tenant_id):
            raise ValueError("a Teams app id needs the app's password and the tenant's id")

    @classmethod
    def of(cls, app_id: str, app_password: str, tenants: tuple[str, ...]) -> Self:
        """As the application's settings have it: the first tenant is the registration's own."""
        home, *guests = tenants or ("",)
        return cls(app_id, app_password, home, guests=tuple(guests))

    @property
    def tenants(self) -> frozenset[str]:
        """Whose people are heard."""
        return frozenset((self.tenant_id, *self.guests))

    @property
    def token_url(self) -> str:
        """Where our own tokens come from: one serves for every tenant."""
        return f"{self.login_url.rstrip('/')}/{self.tenant_id}/oauth2/v2.0/token"
