"""Create tools and hires."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tools",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("daily_rate", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("deposit", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_tools_stock_not_negative")),
        sa.CheckConstraint(
            "daily_rate >= 0 AND deposit >= 0",
            name=op.f("ck_tools_money_not_negative"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tools")),
        sa.UniqueConstraint("code", name=op.f("uq_tools_code")),
    )
    op.create_table(
        "hires",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tool_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "reserved",
                "out",
                "returned",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("daily_rate", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("deposit", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("late_fee", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("deposit_back", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_hires_quantity_positive")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_hires_days_in_order")),
        sa.CheckConstraint(
            "late_fee + deposit_back <= deposit", name=op.f("ck_hires_deposit_covers")
        ),
        sa.ForeignKeyConstraint(
            ["tool_id"], ["tools.id"], name=op.f("fk_hires_tool_id_tools")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_hires_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hires")),
    )
    op.create_index(op.f("ix_hires_tool_id"), "hires", ["tool_id"], unique=False)
    op.create_index(op.f("ix_hires_user_id"), "hires", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_hires_user_id"), table_name="hires")
    op.drop_index(op.f("ix_hires_tool_id"), table_name="hires")
    op.drop_table("hires")
    op.drop_table("tools")
