"""Sealed values open only in their own row, and show nothing."""

import pytest

from connections import vault
from connections.platforms.wire import Secret
from connections.vault import VaultError

PLACE = {"table": "connections_grant", "row": "7", "field": "access_token"}


def test_vault_opens_what_it_sealed():
    assert vault.unseal(vault.seal(Secret("abc"), **PLACE), **PLACE).reveal() == "abc"


@pytest.mark.parametrize("part", ["table", "row", "field"])
def test_vault_refuses_a_ciphertext_of_another_place(part):
    sealed = vault.seal(Secret("abc"), **PLACE)

    with pytest.raises(VaultError):
        vault.unseal(sealed, **{**PLACE, part: "other"})


def test_vault_refuses_every_changed_character():
    sealed = vault.seal(Secret("planted-value"), **PLACE)

    for position, character in enumerate(sealed):
        changed = sealed[:position] + ("A" if character != "A" else "B") + sealed[position + 1 :]
        with pytest.raises(VaultError) as caught:
            assert vault.unseal(changed, **PLACE).reveal() != "planted-value"
        assert "planted-value" not in str(caught.value)


def test_vault_opens_what_an_older_key_sealed(settings):
    old, new = b"o" * 32, b"n" * 32
    settings.TOKEN_KEYS = {"old": old}
    sealed = vault.seal(Secret("abc"), **PLACE)

    settings.TOKEN_KEYS = {"new": new, "old": old}

    assert vault.unseal(sealed, **PLACE).reveal() == "abc"
    assert vault.seal(Secret("abc"), **PLACE).split(".")[1] == "new"


def test_vault_names_a_key_it_lacks(settings):
    sealed = vault.seal(Secret("abc"), **PLACE)

    settings.TOKEN_KEYS = {"another": b"x" * 32}

    with pytest.raises(VaultError, match="does not hold"):
        vault.unseal(sealed, **PLACE)


def test_vault_never_uses_a_nonce_twice():
    nonces = {vault.seal(Secret("abc"), **PLACE).rpartition(".")[2][:16] for _ in range(2000)}

    assert len(nonces) == 2000


def test_secret_shows_itself_to_nobody():
    secret = Secret("planted-value")

    assert "planted" not in f"{secret} {secret!r} {[secret]} {vars} {secret.__doc__}"
    with pytest.raises(TypeError):
        secret.__reduce__()
