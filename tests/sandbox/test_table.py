"""The table of faults: complete, and true of what the sandbox takes."""

from tests.sandbox_process import ACCOUNTS

CAUSES = {
    "expired",
    "revoked",
    "password_changed",
    "checkpoint",
    "token_rejected",
    "permission_missing",
    "role_lost",
    "refresh_token_invalid",
    "code_rejected",
    "redirect_mismatch",
    "app_credentials",
    "app_disabled",
    "wrong_account",
    "account_missing",
    "data_access_expired",
    "clock_skew",
    "malformed_request",
    "rate_limited",
    "platform_outage",
    "unknown",
}


def test_table_covers_every_platform(sandbox):
    rows = sandbox.call("GET", "control/table").json()

    assert {row["platform"] for row in rows} >= {"facebook", "x", "generic"}
    assert {row["when"] for row in rows} == {
        "next check",
        "next renewal",
        "at once",
        "at the next sign-in",
        "at the next publish test",
    }


def test_table_names_a_fault_for_every_cause(sandbox):
    rows = sandbox.call("GET", "control/table").json()

    assert {row["cause"] for row in rows if row["cause"]} == CAUSES


def test_table_holds_nothing_a_platform_cannot_have(sandbox):
    for row in sandbox.call("GET", "control/table").json():
        app = {"app": "100"} if row["fault"] == "rotate_secret" else {}
        wanted = {"platform": row["platform"], "fault": row["fault"], **row["parameters"], **app}
        error = sandbox.control("faults", wanted).json().get("error", "")

        assert "consent" in error or "scope" in error or not error

    for platform in ACCOUNTS:
        sandbox.add_app(platform, overwrite=True)
