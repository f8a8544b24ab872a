"""Authorities outside the clinic, for tests: timestamps, revocation lists, states of certificates.

Real ones (certomancer), served on loopback; the seal's and the doctor's certificates
come from them too, as from a commercial authority below a root.
"""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from werkzeug.serving import WSGIRequestHandler, make_server

from screening.documents.certificates.authority import Credentials, TimestampAuthority

THIS_YEAR = datetime.now(UTC).year
LONG_AGO, LATELY = -7, -2  # years from this one
LOST, SOON, LATER, LATE, VERY_LATE = 2, 3, 6, 34, 74


def first_day(years):
    """Return the first day of the year that is so many `years` from this one."""
    return datetime(THIS_YEAR + years, 1, 1, tzinfo=UTC)


def _validity(end):
    return {"valid-from": first_day(LONG_AGO).isoformat(), "valid-to": first_day(end).isoformat()}


def _usage(*uses):
    return {
        "id": "key_usage",
        "critical": True,
        "smart-value": {"schema": "key-usage", "params": list(uses)},
    }


def _authority(issuer, path=None):
    held = {"ca": True} if path is None else {"ca": True, "path-len-constraint": path}
    return {
        "issuer": issuer,
        "validity": _validity(VERY_LATE),
        "extensions": [
            {"id": "basic_constraints", "critical": True, "value": held},
            _usage("digital_signature", "key_cert_sign", "crl_sign"),
            *([] if issuer == "root" and path is None else [_list("root")]),
        ],
    }


def _list(name):
    return {
        "id": "crl_distribution_points",
        "smart-value": {"schema": "crl-dist-url", "params": {"crl-repo-names": [name]}},
    }


def _asked_of(name):
    return {
        "id": "authority_information_access",
        "smart-value": {"schema": "aia-urls", "params": {"ocsp-responder-names": [name]}},
    }


def _leaf(issuer, end, *extensions, **more):
    return {
        "issuer": issuer,
        "validity": _validity(end),
        "extensions": list(extensions),
        **more,
    }


def _for(purpose):
    return {"id": "extended_key_usage", "critical": True, "value": [purpose]}


SIGNS = _usage("digital_signature", "non_repudiation")
ARCHITECTURE = {
    "keyset": "outside",
    "entity-defaults": {"country-name": "GB", "organization-name": "Outside Trust"},
    "entities": {
        "root": {"common-name": "Outside Root"},
        "middle": {"common-name": "Outside Middle"},
        "answers": {"common-name": "Outside Answers"},
        "tsa": {"common-name": "Outside Clock"},
        "tsa-rsa": {"common-name": "Outside Clock RSA"},
        "tsa-first": {"common-name": "Outside Clock, first key"},
        "tsa-second": {"common-name": "Outside Clock, second key"},
        "seal": {"organization-name": "Aurelia Clinic", "common-name": "Seal of Aurelia Clinic"},
        "doctor": {"common-name": "Dr Mai Tran", "given-name": "Mai", "surname": "Tran"},
        "revoked": {"organization-name": "Aurelia Clinic", "common-name": "Lost Seal"},
        "lost-later": {"organization-name": "Aurelia Clinic", "common-name": "Seal Lost Later"},
    },
    "certs": {
        "root": _authority("root"),
        "middle": _authority("root", 0),
        "answers": _leaf(
            "middle",
            VERY_LATE,
            _usage("digital_signature"),
            _for("ocsp_signing"),
            {"id": "ocsp_no_check"},
        ),
        "tsa": _leaf(
            "middle", LATE, _usage("digital_signature"), _for("time_stamping"), _list("middle")
        ),
        "tsa-rsa": _leaf(
            "root", LATE, _usage("digital_signature"), _for("time_stamping"), _list("root")
        ),
        **{
            name: _leaf(
                "middle", end, _usage("digital_signature"), _for("time_stamping"), _list("middle")
            )
            for name, end in (("tsa-first", SOON), ("tsa-second", LATER))
        },
        "seal": _leaf("middle", SOON, SIGNS, _asked_of("middle")),
        "doctor": _leaf("middle", SOON, SIGNS, _list("middle")),
        "revoked": _leaf(
            "middle",
            SOON,
            SIGNS,
            _list("middle"),
            revocation={
                "revoked-since": first_day(LATELY).isoformat(),
                "reason": "key_compromise",
            },
        ),
        "lost-later": _leaf(
            "middle",
            LATE,
            SIGNS,
            _list("middle"),
            revocation={"revoked-since": first_day(LOST).isoformat(), "reason": "key_compromise"},
        ),
    },
    "services": {
        "ocsp": {
            "middle": {
                "for-issuer": "middle",
                "responder-cert": "answers",
                "signing-key": "answers",
            }
        },
        "crl-repo": {
            name: {
                "for-issuer": name,
                "signing-key": name,
                "simulated-update-schedule": "P30D",
            }
            for name in ("root", "middle")
        },
        "time-stamping": {
            name: {"signing-key": name, "signing-cert": name, "certs-to-embed": certs}
            for name, certs in (
                *((name, ["middle"]) for name in ("tsa", "tsa-first", "tsa-second")),
                ("tsa-rsa", []),
            )
        },
    },
}


@cache
def _key_folder():
    """Write a key for each, once; no test needs to know them."""
    folder = Path(mkdtemp(prefix="outside-"))
    for name in ARCHITECTURE["entities"]:
        key = (
            rsa.generate_private_key(65537, 2048)
            if name == "tsa-rsa"
            else ec.generate_private_key(ec.SECP256R1())
        )
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(pem)
    return folder


class _Silent(WSGIRequestHandler):
    def log(self, *arguments):
        pass


class Outside:
    """The authorities, running; `broken` makes them answer with an error."""

    def __init__(self):
        self.broken = False
        self.asked = []
        self._server = make_server("127.0.0.1", 0, self._answer, request_handler=_Silent)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        keys = {name: {"path": f"{name}.pem"} for name in ARCHITECTURE["entities"]}
        configured = CertomancerConfig(
            {
                "external-url-prefix": self.url,
                "keysets": {"outside": {"path-prefix": ".", "keys": keys}},
                "pki-architectures": {"outside": ARCHITECTURE},
            },
            key_search_dir=str(_key_folder()),
        )
        self._architecture = configured.get_pki_arch(ArchLabel("outside"))
        self._animator = Animator(AnimatorArchStore(configured.pki_archs), with_web_ui=False)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _answer(self, environ, start_response):
        self.asked.append(environ["PATH_INFO"])
        if self.broken:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return self._animator(environ, start_response)

    def certificate(self, name):
        der = self._architecture.get_cert(CertLabel(name)).dump()
        return x509.load_der_x509_certificate(der)

    def credentials(self, name):
        """Return key, certificate and issuers of "seal", "doctor" or "revoked"."""
        pkcs12 = self._architecture.package_pkcs12(CertLabel(name), password=b"outside")
        return Credentials.from_pkcs12(pkcs12, b"outside")

    def clock(self, name="tsa"):
        return TimestampAuthority(f"{self.url}/outside/tsa/{name}", (self.certificate("root"),))

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def outside_authorities():
    outside = Outside()
    try:
        yield outside
    finally:
        outside.close()
