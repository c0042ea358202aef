# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing emoji as docs/protocol-e2ee.md has it, on other people's implementations: nothing here is libe2ee's."""
import hashlib
import hmac

import nacl.bindings

COMMIT, ACCEPT, REVEAL, CONFIRM, CANCEL, MISMATCH = range(1, 7)


def hkdf(secret, info, size):
    """HKDF-SHA256 (RFC 5869) with a salt of zeros."""
    key, block, out = hmac.digest(bytes(32), secret, "sha256"), b"", b""
    for n in range(1, size // 32 + 2):
        block = hmac.digest(key, block + info + bytes([n]), "sha256")
        out += block
    return out[:size]


def party(name, identity):
    """identity: encoded, as a bundle has it."""
    return bytes([len(name)]) + name.encode() + identity[1:65]


def public(secret):
    return nacl.bindings.crypto_scalarmult_base(secret)


class Exchange:
    """One exchange, by its ID and its parties, the starter first."""

    def __init__(self, exchange, starter, other):
        self.id, self.starter, self.other = exchange, starter, other
        self.text = exchange + starter + other

    def commitment(self, starter_key):
        return hashlib.sha256(b"SecureMessenger1 emoji commitment\0" + self.text + starter_key).digest()

    def _derive(self, label, secret, starter_key, other_key, size):
        own = public(secret)
        shared = nacl.bindings.crypto_scalarmult(secret, other_key if own == starter_key else starter_key)
        transcript = hashlib.sha256(b"SecureMessenger1 emoji transcript\0" + self.text + starter_key + other_key).digest()
        return hkdf(shared, label + transcript, size)

    def emoji(self, secret, starter_key, other_key):
        """Seven numbers."""
        bits = int.from_bytes(self._derive(b"SecureMessenger1 emoji", secret, starter_key, other_key, 6), "big") >> 6
        return [bits >> 6 * place & 63 for place in reversed(range(7))]

    def confirmations(self, secret, starter_key, other_key):
        """The starter's, and the other's."""
        keys = self._derive(b"SecureMessenger1 emoji confirmation keys", secret, starter_key, other_key, 64)
        label = b"SecureMessenger1 emoji confirmation\0"
        return (hmac.digest(keys[:32], label + self.starter + self.other, "sha256"),
                hmac.digest(keys[32:], label + self.other + self.starter, "sha256"))
