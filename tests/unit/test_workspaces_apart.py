"""With several workspaces or tenants, who belongs to which county is what IT said; nothing is taken over by speaking."""

from __future__ import annotations

from bot.app import build
from bot.chat.commands import Actor, Command, Place
from bot.config import load
from storage.models import identity, workspace
from storage.queries.people import add_workspace, create_organization


def test_a_tenant_belongs_where_it_was_tied_and_is_not_adopted(engine, clock):
    teams = {"teams_app_id": "app", "teams_app_password": "password", "teams_tenant_id": "tenant-a, tenant-b, tenant-c"}
    app = build(load(_env_file=None, **teams), clock=clock, console=False, engine=engine)

    def says(tenant):
        actor = Actor("teams", tenant, "same-user-id", "Ann Ortiz")
        return app.dispatcher.handle(Command("help", actor, Place(direct=True), f"m:{tenant}"))

    assert "not connected to a county" in says("tenant-a").message.short()
    with engine.begin() as connection:
        for tenant in ("tenant-a", "tenant-b"):
            home = create_organization(connection, f"County of {tenant}", "UTC", clock.read())
            add_workspace(connection, home.id, "teams", tenant)
    assert "not connected to a county" in says("tenant-c").message.short()
    for tenant in ("tenant-a", "tenant-b"):
        actor = Actor("teams", tenant, "same-user-id", "Ann Ortiz")
        reply = app.dispatcher.handle(Command("help", actor, Place(direct=True), f"n:{tenant}"))
        assert "not connected" not in reply.message.short()
    with engine.connect() as connection:
        homes = connection.execute(identity.select().order_by(identity.c.id)).all()
        assert [(row.organization_id, row.workspace) for row in homes] == [(1, "tenant-a"), (2, "tenant-b")]
        assert len(connection.execute(workspace.select()).all()) == 2
