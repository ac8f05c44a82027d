"""Which budgets an operator means who names an account or a place."""

from auth_core.origin import Origin
from auth_core.throttling.guard import ThrottleGuard
from auth_core.throttling.model import Budget, Charge


def budgets_meant(
    guard: ThrottleGuard, *, login_name: str | None, address: str | None, everybody: bool
) -> tuple[Charge, ...]:
    """Return one charge for each budget that is meant."""
    origin = Origin(address=address)
    charges = (
        *guard.log_in(login_name or "", origin),
        *guard.secret(origin),
        *guard.registration(origin),
        *guard.mail(origin),
    )
    return tuple(
        each
        for each in charges
        if (login_name is not None or each.budget is not Budget.ACCOUNT) and (everybody or not each.budget.is_global)
    )
