"""How many of a tool are free on which day."""

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hire_api.models import Hire, Status, Tool, today

HOLDING = (Status.RESERVED, Status.OUT)  # these keep a tool from others


def free_by_day(
    session: Session, tool: Tool, first: date, days: int
) -> dict[date, int]:
    """Count the free ones for each of some days, none of them in the past.

    What should be back but is not is missing today. From tomorrow on it counts
    as free again: we hope, and the late fee helps.
    """
    last = first + timedelta(days=days - 1)
    hires = session.scalars(
        select(Hire).where(
            Hire.tool_id == tool.id,
            Hire.status.in_(HOLDING),
            Hire.starts_on <= last,
            or_(Hire.ends_on >= first, Hire.status == Status.OUT),
        )
    ).all()
    free = {first + timedelta(days=n): tool.stock for n in range(days)}
    for hire in hires:
        overdue = hire.status is Status.OUT and hire.ends_on < today()
        until = today() if overdue else hire.ends_on
        for day in free:
            if hire.starts_on <= day <= until:
                free[day] -= hire.quantity
    return free
