"""Encryption of secrets at rest."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import ConfigError


class Cipher:
    """Fernet under a key derived from the installation's secret key (HKDF-SHA256, RFC 5869).

    Several keys may be given during a change of key: the first encrypts, each may decrypt.
    """

    def __init__(self, *secret_keys: bytes) -> None:
        self._fernet = MultiFernet([Fernet(_derive(key)) for key in secret_keys])

    def encrypt(self, text: str) -> bytes:
        """The text as an authenticated token."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """The text of a token. Raises ConfigError when it was made under another key."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken:
            raise ConfigError(
                "a stored secret cannot be decrypted: PENSTOCK_SECRET_KEY (or the key file in the "
                "data folder) is not the one it was stored with"
            ) from None


def _derive(secret_key: bytes) -> bytes:
    derivation = HKDF(hashes.SHA256(), length=32, salt=None, info=b"penstock secrets")
    return base64.urlsafe_b64encode(derivation.derive(secret_key))
