"""PostgreSQL keeps organizations apart: row-level security on every table that has rows of one"""

from alembic import op

from storage.tenancy import secure

revision = "0014"
down_revision = "0016"

# Every table with an organization_id. Later migrations call `secure` for the tables they make.
TABLES = (
    "attendance",
    "audit",
    "channel",
    "follow_up",
    "goal",
    "identity",
    "invitation",
    "learning",
    "link",
    "ledger",
    "measure",
    "meeting",
    "meeting_note",
    "outbox",
    "person",
    "person_link",
    "plan",
    "plan_change",
    "reading",
    "report",
    "report_approval",
    "review_link",
    "slack_installation",
    "step",
    "step_owner",
    "step_update",
    "story",
    "story_credit",
    "strategy",
    "strategy_place",
    "subscriber",
    "survey",
    "survey_answer",
    "voice_result",
    "workgroup",
    "workgroup_member",
    "workgroup_strategy",
    "workspace",
)


def upgrade() -> None:
    for table in TABLES:
        secure(op.get_bind(), table)
    secure(op.get_bind(), "organization", column="id")
