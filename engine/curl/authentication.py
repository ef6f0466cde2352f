"""How a command shows who sends, as the `auth` of a step; secrets stay out of it.

A step has one kind of authentication: an AWS signature goes before a certificate, that before a
user with password. What is left over becomes a header, as anything else.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from engine.curl.options import CurlRequest
from engine.curl.secrets import SecretNames

Auth = dict[str, Any]

_SESSION = "x-amz-security-token"
_USER = re.compile(r"[^:\x00-\x1f]{1,255}")


def take_auth(request: CurlRequest, names: SecretNames) -> Auth | None:
    """The step's `auth`, what it is made of being taken out of the request; None without one."""
    if request.aws is not None:
        return _aws(request, request.aws, names)
    if request.certificate is not None:
        return _certificate(request, names)
    if any(name.lower() == "authorization" for name, _ in request.headers):
        return _bearer(request, names)
    return None if request.user is None else _basic(request, request.user, names)


def _aws(request: CurlRequest, signature: str, names: SecretNames) -> Auth | None:
    """`aws:amz:<region>:<service>`; what of it is missing stands in the host (curl(1))."""
    provider, _, region, service, *_ = [*signature.split(":"), "", "", "", ""]
    labels = (urlsplit(request.url).hostname or "").split(".")
    if labels[2:] == ["amazonaws", "com"]:
        service, region = service or labels[0], region or labels[1]
    key, _, secret = (request.user or "").partition(":")
    if provider.lower() != "aws" or not (region and service and key and secret):
        request.faults.append(
            "an AWS signature needs --aws-sigv4 aws:amz:<region>:<service> and "
            "-u <access key>:<secret key>"
        )
        return None
    request.user = None
    made = {"type": "aws-sigv4", "region": region, "service": service, "access_key": key}
    made["secret"] = names.make("SECRET_KEY", f"the secret key of {key[:60]}")
    if _take_header(request, _SESSION) is not None:
        made["session_token"] = names.make("SESSION_TOKEN", "the session's token")
    return made


def _certificate(request: CurlRequest, names: SecretNames) -> Auth:
    what = "the client certificate in PEM, which stands in a file"
    made = {"type": "mtls", "certificate": names.make("CERTIFICATE", what)}
    if request.key is not None:
        made["key"] = names.make("CERTIFICATE_KEY", "its private key in PEM, without a passphrase")
    return made


def _basic(request: CurlRequest, user: str, names: SecretNames) -> Auth | None:
    account, colon, password = user.partition(":")
    if not _USER.fullmatch(account) or (colon and not password):
        return None
    request.user = None
    name = names.make("PASSWORD", f"the password of {account[:60]}")
    return {"type": "basic", "user": account, "secret": name}


def _bearer(request: CurlRequest, names: SecretNames) -> Auth | None:
    values = [value or "" for name, value in request.headers if name.lower() == "authorization"]
    scheme, _, token = values[0].partition(" ")
    if len(values) > 1 or scheme.lower() != "bearer" or not token.strip() or "<" in token:
        return None
    _take_header(request, "authorization")
    request.user = None
    return {"type": "bearer", "secret": names.make("TOKEN", "the token of Authorization")}


def _take_header(request: CurlRequest, name: str) -> str | None:
    """The value of a header, which is then no longer there."""
    found = next((value for key, value in request.headers if key.lower() == name), None)
    request.headers = [(key, value) for key, value in request.headers if key.lower() != name]
    return found
