"""Create courts and bookings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # GiST cannot compare plain numbers without it. Trusted since PostgreSQL 13:
    # whoever owns the database may create it. Going down leaves it where it is.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "courts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("surface", sa.String(length=5), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.CheckConstraint(
            "surface IN ('clay', 'grass', 'hard')",
            name=op.f("ck_courts_known_surface"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courts")),
        sa.UniqueConstraint("name", name=op.f("uq_courts_name")),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("court_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("charged_minutes", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "NOT (isempty(during) OR lower_inf(during) OR upper_inf(during))",
            name=op.f("ck_bookings_begins_and_ends"),
        ),
        sa.CheckConstraint(
            "charged_minutes >= 0", name=op.f("ck_bookings_charge_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_bookings_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_bookings_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        postgresql.ExcludeConstraint(
            (sa.column("court_id"), "="),
            (sa.column("during"), "&&"),
            where=sa.text("cancelled_at IS NULL"),
            name="ex_bookings_one_at_a_time",
        ),
    )
    op.create_index(op.f("ix_bookings_user_id"), "bookings", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("bookings")
    op.drop_table("courts")
