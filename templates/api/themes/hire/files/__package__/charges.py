"""What being late costs."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hire_api.models import Hire

CENT = Decimal("0.01")


def late_fee(hire: Hire, returned_on: date, percent: int) -> Decimal:
    """Charge a share of the daily rate for each late day, up to the deposit."""
    late_days = max((returned_on - hire.ends_on).days, 0)
    fee = hire.daily_rate * hire.quantity * late_days * percent / 100
    return min(fee.quantize(CENT, ROUND_HALF_UP), hire.deposit)
