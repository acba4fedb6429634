"""Masks what looks like a credential in text that we did not write.

No code of Relink logs a secret; this is the second wall, for what libraries and
platforms might say (a URL with a query, a header, an answer that echoes a token), and
for what people paste.
"""

import re

# Whatever stands before these words ("fb_exchange_", "X-Api-", "access") belongs to the name.
SECRET_NAMES = (
    "token|secret|password|passwd|verifier|authorization|cookie|api[_-]?key|private[_-]?key|"
    "secret[_-]?key|assertion|signature|signed_request|session_?id|proof|"
    r"(?:auth|authorization|device|user)_code|(?<![A-Za-z0-9_])state"
)
# Between a name and its value, in JSON, in JSON within JSON, in a query and in a header.
ENDS_NAME = r"(?:\\*[\"']|%22)?\s{0,9}(?:[=:]|%3[AaDd])\s{0,9}(?:\\*[\"']|%22)?"
SCHEME = r"(?:Bearer\s+|Basic\s+|OAuth\s+)?"
CHARACTER = r"(?:\\[^\s\"']|[^\s\"'&,;}<>\\])"
# A word after "token:" is a sentence going on; a credential has digits or is long.
OPAQUE = rf"(?:(?={CHARACTER}*\d)|(?={CHARACTER}{{20}}))"
PAIR = re.compile(
    rf"(?i)(?P<name>(?:{SECRET_NAMES}){ENDS_NAME}){SCHEME}"
    rf"(?:(?<=[=\"'])|(?<=%3d)|(?<=%22)|{OPAQUE}){CHARACTER}{{6,}}"
)
# An error has a code too: a number, or words of one case with lines between.
ERROR_CODE = r"(?!\d+\b)(?-i:(?![a-z]+(?:_[a-z]+)+\b)(?![A-Z]+(?:_[A-Z]+)+\b))"
CODE = re.compile(
    rf"(?i)(?P<name>(?<![A-Za-z0-9_])code{ENDS_NAME})"
    rf"(?:(?<==)|(?<=%3d)|{ERROR_CODE}{OPAQUE}){CHARACTER}{{6,}}"
)
# Not in "user.info.basic", which is a permission.
BEARER = re.compile(r"(?i)(?<![\w.])(Bearer|Basic)\s+[\w.~+/=|-]{6,}")
HEADER = re.compile(
    r"(?im)^([<> ]{0,4}(?:(?:proxy-)?authorization|(?:set-)?cookie)\s*:[ \t]*)\S.*$"
)
# By their beginnings: Meta's, TikTok's, Google's and LinkedIn's tokens, codes and secrets,
# Meta's app tokens, and signed JSON.
KNOWN = re.compile(
    r"\b(?:EAA|IGAA|THQ|TH\||act\.|rft\.|ya29\.|GOCSPX-)[\w.|!~-]{8,}|"
    r"\bAQ[\w.|-]{12,}|\b1(?:\\?/){2}[\w.-]{8,}|\b4\\?/[01]A[\w-]{8,}|\bWPL_AP\d\.[\w.=+/-]{8,}|"
    r"\b\d{6,20}\|[\w-]{12,}|\beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)?"
)
LONG = re.compile(r"[A-Za-z0-9_+-]{40,}={0,2}")
# Links that are a secret themselves: whoever holds one may use it.
SECRET_LINK = re.compile(r"(/(?:join|r|password/reset/key|deletion)/)[^\s\"'<>?]{8,}")
CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127) if chr(code) not in "\n\t"}
CONTROL |= {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
MASK = "[masked]"


def mask(text: str) -> str:
    """Return the text with everything that looks like a credential replaced."""
    text = HEADER.sub(rf"\g<1>{MASK}", text)
    text = PAIR.sub(rf"\g<name>{MASK}", text)
    text = CODE.sub(rf"\g<name>{MASK}", text)
    text = BEARER.sub(rf"\1 {MASK}", text)
    text = SECRET_LINK.sub(rf"\1{MASK}", text)
    text = KNOWN.sub(MASK, text)
    return LONG.sub(_mask_mixed, text).translate(CONTROL)


def _mask_mixed(found: re.Match[str]) -> str:
    """Mask a long run that mixes cases and digits: tokens of X have no other mark."""
    run = found[0]
    is_mixed = run.lower() != run != run.upper() and any(map(str.isdigit, run))
    return MASK if is_mixed else run
