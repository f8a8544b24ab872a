"""Names of certificates in every script, also where two directions meet in one name.

asn1crypto compares names by RFC 4518, which was made for looking up entries of a directory: it
refuses a name that mixes right-to-left letters with Latin ("Seal of عيادة") and any letter that
came to Unicode after 2002. Certificates of such a clinic could then not be traced to their issuer.
RFC 5280, 7.1, asks only that the same name be found the same; whether the issuer is the one is
for its signature to say.
"""

from __future__ import annotations

import unicodedata

from asn1crypto.x509 import NameTypeAndValue

_as_directories_do = NameTypeAndValue._ldap_string_prep


def take_every_script() -> None:
    """Let asn1crypto, and pyHanko with it, compare names in any script. Doing it twice is once."""
    NameTypeAndValue._ldap_string_prep = _comparable


def _comparable(name: NameTypeAndValue, text: str) -> str:
    try:
        return str(_as_directories_do(name, text))
    except ValueError:
        return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
