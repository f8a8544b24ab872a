"""What an answer must carry so that a browser protects whoever reads it."""

import re

KEPT = {"public, max-age=31536000, immutable", "no-cache"}
ALLOWED = {"'none'", "'self'"}  # no foreign host, no inline script or style, no data:
CLOSED = {"default-src", "base-uri", "frame-ancestors"}


def unprotected(response, tls=True, may_be_kept=False):
    """Return what `response` lacks, by name; an empty list is a good answer.

    `may_be_kept` is for what is the same for everyone and names nobody.
    """
    headers = response.headers
    policy = dict(re.findall(r"([\w-]+) ([^;]+)", headers.get("Content-Security-Policy", "")))
    age = re.fullmatch(
        r"max-age=(\d+); includeSubDomains", headers.get("Strict-Transport-Security", "")
    )
    kept = headers.get("Cache-Control") == "no-store" or (
        may_be_kept and headers.get("Cache-Control") in KEPT
    )
    body = response.get_data() if response.is_sequence else b"a file"
    typed = headers.get("Content-Type", "")
    good = {
        "a closed policy": all(policy.get(name) == "'none'" for name in CLOSED),
        "a policy of our own host": set(" ".join(policy.values()).split()) <= ALLOWED,
        "forms to our own host": policy.get("form-action") == "'self'",
        "no sniffing": headers.get("X-Content-Type-Options") == "nosniff",
        "no referrer": headers.get("Referrer-Policy") == "no-referrer",
        "a window of its own": headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "no camera": "camera=()" in headers.get("Permissions-Policy", ""),
        "TLS from now on": not tls or (age and int(age[1]) >= 31_536_000),
        "not kept": kept,
        "a type": not body or not typed.startswith("text/") or "charset=utf-8" in typed,
        "nobody else's script": "Access-Control-Allow-Origin" not in headers,
        "safe cookies": not [c for c in headers.getlist("Set-Cookie") if not is_safe(c, tls)],
    }
    return [name for name, holds in good.items() if not holds]


def is_safe(cookie, tls):
    """Whether a Set-Cookie keeps the cookie from scripts, other hosts and other sites."""
    name, *attributes = re.split(r";\s*", cookie)
    fixed = {"HttpOnly", "Path=/"} | ({"Secure"} if tls else set())
    return (
        fixed <= set(attributes)
        and bool({"SameSite=Lax", "SameSite=Strict"} & set(attributes))
        and not [a for a in attributes if a.startswith("Domain")]
        and name.startswith("__Host-") == tls
        and len(cookie) < 4096
    )
