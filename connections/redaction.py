"""Masks what looks like a credential in text that we did not write.

No code of Relink logs a secret; this is the second wall, for what libraries and
platforms might say (a URL with a query, a header, an answer that echoes a token).
"""

import re

SECRET_NAMES = (
    "access_token|refresh_token|input_token|fb_exchange_token|client_secret|code_verifier|"
    "id_token|token|secret|password|passwd|code|state|authorization|cookie|api_key|apikey"
)
PAIR = re.compile(
    rf"(?i)(?P<name>\b(?:{SECRET_NAMES})\b[\"']?\s*[=:]\s*[\"']?)(?:Bearer\s+|Basic\s+)?"
    # A word after "token:" is a sentence going on; a credential has digits or is long.
    rf"(?:(?<==)|(?=\S*\d)|(?=\S{{20}}))[^\s\"'&,;}}]{{6,}}"
)
BEARER = re.compile(r"(?i)\b(Bearer|Basic)\s+[\w.~+/=|-]{6,}")
LONG_OPAQUE = re.compile(r"\b(?:EAA|IGAA|THQ|TH\||act\.|rft\.|ya29\.|1//|AQ)[\w.|-]{12,}")
# Links that are a secret themselves: whoever holds one may use it.
SECRET_LINK = re.compile(r"(/(?:join|r|password/reset/key)/)[^\s\"'<>?]{8,}")
CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127) if chr(code) not in "\n\t"}
CONTROL |= {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
MASK = "[masked]"


def mask(text: str) -> str:
    """Return the text with everything that looks like a credential replaced."""
    text = PAIR.sub(rf"\g<name>{MASK}", text)
    text = BEARER.sub(rf"\1 {MASK}", text)
    text = SECRET_LINK.sub(rf"\1{MASK}", text)
    return LONG_OPAQUE.sub(MASK, text).translate(CONTROL)
