"""Sample data: full shelves, a storekeeper, and hires in every state."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from hire_api.access import Role
from hire_api.accounts import save_user
from hire_api.config import Settings
from hire_api.models import Hire, Status, Tool, today

# Code, name, daily rate, deposit, stock.
TOOLS = [
    ("LAD-0031", "Extension ladder, 7 m", "9.00", "60.00", 3),
    ("TOW-0004", "Scaffold tower, 4 m", "38.00", "250.00", 1),
    ("JET-0110", "Pressure washer", "21.50", "90.00", 4),
    ("VAC-0087", "Wet vacuum cleaner", "14.00", "50.00", 2),
    ("HEG-0052", "Hedge trimmer", "12.50", "45.00", 5),
    ("TIL-0009", "Rotary tiller", "34.00", "150.00", 1),
    ("CHP-0013", "Garden shredder", "29.00", "120.00", 2),
    ("DRL-0204", "SDS hammer drill", "16.00", "80.00", 6),
    ("SAW-0066", "Tile saw, 920 mm", "27.50", "110.00", 2),
    ("SND-0021", "Floor sander", "41.00", "180.00", 1),
]
# Who, what, how many, from which day on (0 is today), for how long, what became of it.
HIRES = [
    ("rosa@example.org", "DRL-0204", 2, -1, 4, Status.OUT),
    ("rosa@example.org", "LAD-0031", 1, 5, 2, Status.RESERVED),
    ("kwame@example.org", "SND-0021", 1, -4, 3, Status.OUT),
    ("kwame@example.org", "JET-0110", 1, -9, 2, Status.RETURNED),
    ("yuki@example.org", "TIL-0009", 1, 0, 3, Status.RESERVED),
    ("yuki@example.org", "CHP-0013", 1, 8, 1, Status.CANCELLED),
]


def add_samples(session: Session, password_hash: str, _: Settings) -> int:
    """Add the sample data unless there are tools; returns how many rows it added."""
    if session.scalar(select(Tool.id).limit(1)) is not None:
        return 0
    save_user(session, "storekeeper@example.org", password_hash, Role.STOREKEEPER)
    tools = {
        code: Tool(
            code=code,
            name=name,
            daily_rate=Decimal(daily_rate),
            deposit=Decimal(deposit),
            stock=stock,
        )
        for code, name, daily_rate, deposit, stock in TOOLS
    }
    session.add_all(tools.values())
    session.flush()
    for email, code, quantity, offset, days, status in HIRES:
        tool = tools[code]
        starts_on = today() + timedelta(days=offset)
        hire = Hire(
            tool_id=tool.id,
            user_id=save_user(session, email, password_hash, Role.HIRER).id,
            quantity=quantity,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=days - 1),
            status=status,
            daily_rate=tool.daily_rate,
            deposit=tool.deposit * quantity,
        )
        if status is Status.RETURNED:
            hire.returned_on, hire.late_fee = hire.ends_on, Decimal(0)
            hire.deposit_back = hire.deposit
        session.add(hire)
    return len(TOOLS) + len(HIRES)
