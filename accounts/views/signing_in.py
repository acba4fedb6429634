"""What allauth's own views leave out."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def sign_up_closed(request: HttpRequest) -> HttpResponse:
    return render(request, "account/signup_closed.html", status=403)
