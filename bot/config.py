"""The settings: one typed, frozen object from the environment or `.env`. All faults are reported at once, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from bot import keys

_SECRET = re.compile(r"token|secret|password|_key")
_SENDER = re.compile(r"(?:[^<>@\r\n]*<)?[^<>@\s]+@[^<>@\s]+\.[^<>@\s]+>?")


class SettingsError(Exception):
    """The settings cannot be used; one line a fault, each naming the variable."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Settings(BaseSettings):
    """Every setting sipbot has; the README's table is compared with it by a test."""

    model_config = SettingsConfigDict(
        env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True, validate_default=True
    )

    database_url: str = Field("sqlite:///sipbot.sqlite3", description="Where the data is kept")
    slack_signing_secret: str = Field("", description="Slack: Basic Information, Signing Secret", repr=False)
    slack_bot_token: str = Field(
        "", description="Slack: OAuth & Permissions, Bot User OAuth Token (xoxb-…)", repr=False
    )
    slack_app_token: str = Field("", description="Slack: app-level token (xapp-…); turns Socket Mode on", repr=False)
    slack_client_id: str = Field("", description="Slack, many workspaces: Basic Information, Client ID")
    slack_client_secret: str = Field("", description="Slack, many workspaces: its Client Secret", repr=False)
    slack_api_url: str = Field("https://slack.com/api/", description="Another address for GovSlack or a test")
    teams_app_id: str = Field("", description="Teams: the registration's application (client) id")
    teams_app_password: str = Field("", description="Teams: its client secret", repr=False)
    teams_tenant_id: str = Field("", description="Teams: the directory (tenant) id it serves; several comma-separated")
    smtp_url: str = Field("", description="Mail server for the newsletter: smtp://user:password@host:587 or smtps://…")
    smtp_from: str = Field("", description="Sender of its e-mail: Larkspur County <news@county.example>")
    sipbot_secret_key: str = Field(
        "", description="Long random secrets, comma-separated: the first encrypts and signs, all are read", repr=False
    )
    public_url: str = Field("", description="How people reach this server, for links in messages")
    port: int = Field(8300, ge=0, le=65535, description="The port to listen on")
    host: str = Field("127.0.0.1", description="The address to listen on; 0.0.0.0 for all")
    sipbot_admins: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="Chat user ids of administrators, comma-separated"
    )
    sipbot_zone: str = Field("America/Los_Angeles", description="Time zone of a newly made organization")
    sipbot_templates: Path | None = Field(None, description="A folder with the county's own templates")
    sipbot_metrics_token: str = Field(
        "", description="Who has it as a bearer token reads /metrics; else only this machine"
    )
    sipbot_drain_seconds: float = Field(
        5, ge=0, le=300, description="How long a stopping server goes on answering while it says it is not ready"
    )
    sipbot_console: bool = Field(False, description="Serve the local console (loopback only)")

    @field_validator("sipbot_admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(part.strip().lower() if "@" in part else part.strip() for part in value.split(",")) - {""}
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        # Hosting services say postgres://; SQLAlchemy wants the driver named.
        for short in ("postgres://", "postgresql://"):
            if value.startswith(short):
                value = "postgresql+psycopg://" + value.removeprefix(short)
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("begin with sqlite:/// or postgresql://")
        try:
            urlsplit(value).port  # noqa: B018 - raises ValueError for what is no address
        except ValueError:
            raise ValueError(
                "is no address: the port is a number; in a password write special characters as %40 and the like"
            ) from None
        return value

    @field_validator("public_url", "slack_api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc):
            raise ValueError("give a whole address, like https://sip.example.org")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        parts = urlsplit(value)
        if not value:
            return value
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError(
                "give an address like smtp://user:password@mail.county.example:587, or smtps://… (port 465)"
            )
        if bool(parts.username) != bool(parts.password):
            raise ValueError("has a user or a password, but not both; write special characters as %40 and the like")
        try:
            parts.port  # noqa: B018 - raises ValueError for what is no port
        except ValueError:
            raise ValueError("has a port that is no number from 1 to 65535") from None
        return value

    @field_validator("smtp_from")
    @classmethod
    def _mail_is_whole(cls, sender: str, info: ValidationInfo) -> str:
        """Checked with the last of mail's settings; a faulty SMTP_URL is not missing."""
        server = info.data.get("smtp_url")
        if server and not sender:
            raise ValueError("SMTP_URL needs SMTP_FROM too: the address the newsletter comes from")
        if server == "" and sender:
            raise ValueError("SMTP_URL is missing beside it")
        if sender and not _SENDER.fullmatch(sender):
            raise ValueError("give an address, like news@county.example or Larkspur County <news@county.example>")
        return sender

    @field_validator("sipbot_secret_key")
    @classmethod
    def _unguessable(cls, value: str) -> str:
        if wrong := keys.faults(value):
            raise ValueError("; ".join(wrong))
        return value

    @field_validator("sipbot_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("give a time zone like America/Los_Angeles")
        return value

    @field_validator("sipbot_templates")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"there is no folder {value}")
        return value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _right_token(cls, value: str, info: ValidationInfo) -> str:
        prefix = "xoxb-" if info.field_name == "slack_bot_token" else "xapp-"
        if value and not value.startswith(prefix):
            raise ValueError(f"does not begin with {prefix}: is it another token?")
        return value

    @model_validator(mode="after")
    def _slack_is_whole(self) -> Self:
        """Runs where every setting is right by itself: a faulty one is not missing."""
        if faults := [*self._slack_faults(), *self._oauth_faults()]:
            raise ValueError("\n".join(faults))
        return self

    def _slack_faults(self) -> Iterator[str]:
        heard = self.slack_signing_secret or self.slack_app_token
        if self.slack and not heard:
            name = "SLACK_BOT_TOKEN" if self.slack_bot_token else "SLACK_CLIENT_ID"
            yield f"{name} needs SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode) too"
        if heard and not self.slack:
            yield "SLACK_BOT_TOKEN (or SLACK_CLIENT_ID) is missing beside the other Slack settings"

    def _oauth_faults(self) -> Iterator[str]:
        if bool(self.slack_client_id) != bool(self.slack_client_secret):
            yield "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together: set both or none"
        if not self.slack_client_id:
            return
        if self.slack_bot_token:
            yield "SLACK_BOT_TOKEN is for one workspace and SLACK_CLIENT_ID for many: take one of them away"
        if not self.public_url:
            yield "SLACK_CLIENT_ID needs PUBLIC_URL too: Slack leads people back there"
        if not self.sipbot_secret_key:
            yield "SLACK_CLIENT_ID needs SIPBOT_SECRET_KEY too: the workspaces' tokens are encrypted with it"

    @field_validator("teams_tenant_id")
    @classmethod
    def _teams_is_whole(cls, tenant: str, info: ValidationInfo) -> str:
        """Checked with the last of Teams' settings: all three, or none."""
        given = (info.data.get("teams_app_id"), info.data.get("teams_app_password"), tenant)
        if any(given) and not all(given):
            raise ValueError("TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID go together: set all three or none")
        return tenant

    @property
    def tenants(self) -> tuple[str, ...]:
        """The Teams tenants it serves."""
        return tuple(part.strip() for part in self.teams_tenant_id.split(",") if part.strip())

    @property
    def many(self) -> bool:
        """Several workspaces or tenants: who belongs to which county is said by IT, never guessed."""
        return bool(self.slack_client_id) or len(self.tenants) > 1

    @property
    def hidden(self) -> frozenset[str]:
        """The values that must never be shown: whatever is a secret by its name, and passwords in addresses."""
        given = {name: value for name, value in self if isinstance(value, str) and value}
        secret = {value for name, value in given.items() if _SECRET.search(name)}
        passwords = {urlsplit(value).password for value in given.values() if "://" in value} - {None}
        return frozenset(secret | {written for one in passwords if one for written in (one, unquote(one))})

    @property
    def teams(self) -> bool:
        """Teams is set up."""
        return bool(self.teams_app_id)

    @property
    def mail(self) -> bool:
        """A mail server is set up."""
        return bool(self.smtp_url)

    @property
    def slack(self) -> bool:
        """Slack is set up."""
        return bool(self.slack_bot_token or self.slack_client_id)


class _Alone(Settings):
    """What is given and nothing else."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def alone(**given: object) -> Settings:
    """Settings from what is given, whatever the environment says: a demo has no part in a real county's chat."""
    return _Alone(**given)  # type: ignore[arg-type]


def load(**given: object) -> Settings:
    """Settings from the environment, `.env` and what is given. Raises SettingsError naming every fault."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f".env cannot be read: {error}; save it as UTF-8, readable for sipbot's user"]) from None
    except ValidationError as error:
        found = [_fault(e["loc"], line) for e in error.errors() for line in e["msg"].splitlines()]
        raise SettingsError(found) from None


def _fault(where: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"{str(where[0]).upper()}: {message}" if where else message
