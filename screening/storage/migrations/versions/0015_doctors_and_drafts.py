"""What a second person confirms, and what a page keeps that is not finished."""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each kind of change has a function of its own below."""
