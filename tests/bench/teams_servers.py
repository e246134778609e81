"""The Teams side of what is measured: `python -m tests.bench.teams_servers KIND PORT FOLDER CONNECTOR_PORT`.

`connector` is Teams itself (keys, sign-in, conversations), `echo` and `lean` are bare bots of botbuilder, `sipbot` the application.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from pathlib import Path

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from bot import logs

APP, PASSWORD = "11111111-2222-4333-8444-555555555555", "a client secret"
TENANT = "0f0e0d0c-1111-4222-8333-444455556666"
ISSUER = "https://api.botframework.com"
KEY_FILE, KEY_ID = "teams.pem", "k1"
BOT_TOKEN = "bot-token"


def connector(folder: Path, port: int) -> web.Application:
    """Takes whatever is said; counts the answers with the step in them."""
    url = f"http://127.0.0.1:{port}"
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(load_pem_public_key((folder / KEY_FILE).read_bytes())))
    answers = 0

    async def metadata(_: web.Request) -> web.Response:
        algorithms = ["RS256"]
        found = {"issuer": ISSUER, "jwks_uri": f"{url}/keys", "id_token_signing_alg_values_supported": algorithms}
        return web.json_response(found)

    async def keys(_: web.Request) -> web.Response:
        return web.json_response({"keys": [{**public, "kid": KEY_ID, "endorsements": ["msteams"]}]})

    async def sign_in(_: web.Request) -> web.Response:
        return web.json_response({"access_token": BOT_TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    async def conversations(request: web.Request) -> web.Response:
        return web.json_response({"id": "a:ann"}, status=201)

    async def said(request: web.Request) -> web.Response:
        nonlocal answers
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            raise web.HTTPUnauthorized
        words = await request.text()
        answers += "1.2.3" in words
        return web.json_response({"id": str(answers)}, status=201)

    async def member(_: web.Request) -> web.Response:
        return web.json_response({"id": "29:ann", "aadObjectId": "7faf8bd1-5d2a-4d5e-8b5e-0a1b2c3d4e5f"})

    async def channels(_: web.Request) -> web.Response:
        return web.json_response({"conversations": [{"id": "19:forms@thread.tacv2", "name": "Forms"}]})

    async def count(_: web.Request) -> web.Response:
        return web.Response(text=str(answers))

    async def forget(_: web.Request) -> web.Response:
        nonlocal answers
        answers = 0
        return web.Response()

    application = web.Application()
    application.router.add_get("/openid", metadata)
    application.router.add_get("/keys", keys)
    application.router.add_post("/{tenant}/oauth2/v2.0/token", sign_in)
    application.router.add_get("/amer/answers", count)
    application.router.add_delete("/amer/answers", forget)
    application.router.add_post("/amer/v3/conversations", conversations)
    application.router.add_post("/amer/v3/conversations/{id}/activities", said)
    application.router.add_post("/amer/v3/conversations/{id}/activities/{to}", said)
    application.router.add_get("/amer/v3/conversations/{id}/members/{who}", member)
    application.router.add_get("/amer/v3/teams/{team}/conversations", channels)
    return application


def echo(connector_port: int, *, lean: bool) -> web.Application:
    """What any bot on botbuilder pays: the token's check, the turn, and its answer through the SDK's own connector. Its
    own token is in its hand, which spares it the sign-in library. As the SDK comes, it makes two HTTP clients for every
    turn; `lean`: it makes them once."""
    from botbuilder.core import CloudAdapterBase, TurnContext
    from botbuilder.schema import Activity
    from botframework.connector.auth import AppCredentials, PasswordServiceClientCredentialFactory
    from botframework.connector.auth import BotFrameworkAuthenticationFactory as Authentication

    class Credentials(AppCredentials):
        def get_access_token(self, force_refresh: bool = False) -> str:
            return BOT_TOKEN

    class Factory(PasswordServiceClientCredentialFactory):
        async def create_credentials(self, *_, **__):
            return credentials

    def once(make):
        made = []

        async def kept(*given):
            if not made:
                made.append(await make(*given))
            return made[0]

        return kept

    credentials = Credentials(app_id=APP)
    metadata = f"http://127.0.0.1:{connector_port}/openid"
    authentication = Authentication.create(
        credential_factory=Factory(APP, PASSWORD),
        to_channel_from_bot_login_url="https://login.microsoftonline.com/botframework.com",
        to_channel_from_bot_oauth_scope=ISSUER,
        to_bot_from_channel_token_issuer=ISSUER,
        to_bot_from_channel_open_id_metadata_url=metadata,
        to_bot_from_emulator_open_id_metadata_url=metadata,
    )
    clients = {}
    if lean:
        authentication.create_user_token_client = once(authentication.create_user_token_client)
    adapter = CloudAdapterBase(authentication)

    async def answer(context: TurnContext) -> None:
        await context.send_activity(context.activity.text)

    async def messages(request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())
        authenticated = await authentication.authenticate_request(activity, request.headers["Authorization"])
        if lean:
            factory = authenticated.connector_factory
            factory.create = clients.setdefault("connector", once(factory.create))
        await adapter.process_activity(authenticated, activity, answer)
        return web.Response(status=201)

    application = web.Application()
    application.router.add_post("/api/messages", messages)
    return application


def sipbot(folder: Path, connector_port: int) -> web.Application:
    """The whole application on SQLite, with a plan of the sample county and the Teams adapter."""
    from bot.adapters.teams import TeamsAdapter, TeamsSettings
    from bot.chat.commands import first_word
    from storage.references import References
    from tests.bench.servers import county

    made = county(f"sqlite:///{folder / 'bench.sqlite3'}")
    url = f"http://127.0.0.1:{connector_port}"
    settings = TeamsSettings(APP, PASSWORD, TENANT, login_url=url, metadata_url=f"{url}/openid")
    specs = made.dispatcher.specs
    adapter = TeamsAdapter(settings, made.handle, References(made.engine), lambda text: first_word(text)[0] in specs)
    adapter.routes(made.web)

    async def start(_: web.Application) -> None:
        await adapter.start()

    async def stop(_: web.Application) -> None:
        await adapter.stop()

    made.web.on_startup.append(start)
    made.web.on_cleanup.append(stop)
    return made.web


def main() -> None:
    logs.configure(stream=open(os.devnull, "w"))  # noqa: SIM115 - lines are made as in life, and nobody reads them
    kind, port, folder, connector_port = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    match kind:
        case "connector":
            application = connector(folder, port)
        case "echo" | "lean":
            application = echo(connector_port, lean=kind == "lean")
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # the SDK never closes its connections
        case _:
            application = sipbot(folder, connector_port)
    asyncio.set_event_loop(asyncio.new_event_loop())
    web.run_app(application, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
