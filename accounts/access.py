"""Access rules for views: everything is closed unless a view says otherwise."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from accounts.models import AgencyRequest, Role

View = Callable[..., HttpResponse]


def role_required(role: Role) -> Callable[[View], View]:
    """Answer 403, naming who can grant it, to people whose role is below ``role``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: AgencyRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.has_role(role):
                raise PermissionDenied(
                    f"This needs the role {role.label}; yours is {Role(request.user.role).label}. "
                    "An admin of your agency can change it under Staff."
                )
            return view(request, *args, **kwargs)

        guarded.required_role = role  # type: ignore[attr-defined]
        return guarded

    return decorate
