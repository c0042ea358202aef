#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Talks to libe2ee as a stranger would: from docs/protocol-e2ee.md, and with other people's X3DH and Double Ratchet.

The key agreement is python3-x3dh's, the ratchet with its key schedule and its skipped keys is python3-doubleratchet's, Ed25519
and XChaCha20-Poly1305 are PyNaCl's. Written here are only the formats, the transcript, and the sealing of headers,
which python3-doubleratchet does not know. Exits with 77 where one of them is not installed.
"""
import asyncio
import contextlib
import hashlib
import hmac
import random
import secrets
import struct
import subprocess
import sys
from unittest import mock

try:
    import doubleratchet.recommended.diffie_hellman_ratchet_curve25519 as dh_ratchet
    import doubleratchet.recommended.kdf_hkdf as kdf_hkdf
    import doubleratchet.recommended.kdf_separate_hmacs as kdf_separate_hmacs
    import nacl.bindings as sodium
    import nacl.exceptions
    import x3dh
    import x3dh.base_state
    from doubleratchet import Header
    from doubleratchet.recommended import HashFunction
    from x3dh.models import BaseStateModel, IdentityKeyPairModel, SignedPreKeyPairModel
    from x3dh.types import SecretType
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

HERE, THERE = ("here", 1), ("there", 7)  # libe2ee is "here", we are "there"
SIGNED_PREKEY, ONE_TIME_PREKEY = 1, 2
MESSAGES = 300


class ChainKdf(kdf_separate_hmacs.KDF):
    @staticmethod
    def _get_hash_function():
        return HashFunction.SHA_256


def root_kdf():
    """KDF_RK_HE. The library asks for root key and chain key; the next header key is what HKDF yields after them."""

    class RootKdf(kdf_hkdf.KDF):
        header_keys = []

        @staticmethod
        def _get_hash_function():
            return HashFunction.SHA_256

        @staticmethod
        def _get_info():
            return b"SecureMessenger1 ratchet root step"

        @classmethod
        async def derive(cls, key, data, length):
            assert length == 64
            okm = await super().derive(key, data, 96)
            cls.header_keys.append(okm[64:])
            return okm[:64]

    return RootKdf


class KeyAgreement(x3dh.BaseState):
    @staticmethod
    def _encode_public_key(key_format, pub):
        return pub


def agreement(identity_secret, signed_prekey, one_time, info):
    return KeyAgreement.from_model(
        BaseStateModel(
            identity_key=IdentityKeyPairModel(secret=identity_secret, secret_type=SecretType.PRIV),
            signed_pre_key=SignedPreKeyPairModel(priv=signed_prekey, sig=bytes(64), timestamp=0),
            old_signed_pre_key=None, pre_keys=frozenset([one_time])),
        x3dh.IdentityKeyFormat.CURVE_25519, x3dh.crypto_provider.HashFunction.SHA_256, info)


class RawHkdf:
    """python3-x3dh gives one secret of 32 bytes; ours is followed by two header keys from the same HKDF."""

    def __init__(self):
        self.okm = None

    def patch(self):
        provider = x3dh.base_state.CryptoProviderImpl
        derive = provider.hkdf_derive

        async def longer(hash_function, length, salt, info, key_material):
            assert length == 32
            self.okm = await derive(hash_function, 96, salt, info, key_material)
            return self.okm[:32]

        return mock.patch.object(provider, "hkdf_derive", longer)


def x25519_public(secret):
    return sodium.crypto_scalarmult_base(secret)


def verify(key, label, data, signature):
    sodium.crypto_sign_open(signature + label + b"\0" + data, key)


class Identity:
    def __init__(self):
        self.signing_key, self.signing_secret = sodium.crypto_sign_keypair()
        self.dh_secret = secrets.token_bytes(32)
        self.dh_key = x25519_public(self.dh_secret)

    def sign(self, label, data):
        return sodium.crypto_sign(label + b"\0" + data, self.signing_secret)[:64]

    def encode(self):
        return (b"\1" + self.signing_key + self.dh_key
                + self.sign(b"SecureMessenger1 identity DH key", self.signing_key + self.dh_key))


def decode_identity(data):
    assert len(data) == 129 and data[0] == 1
    signing_key, dh_key, signature = data[1:33], data[33:65], data[65:]
    verify(signing_key, b"SecureMessenger1 identity DH key", signing_key + dh_key, signature)
    return signing_key, dh_key


def encode_prekey(kind, number, key):
    return struct.pack(">BBI", 1, kind, number) + key + struct.pack(">H", 0)


def decode_prekey(data, kind):
    form, encoded_kind, number = struct.unpack_from(">BBI", data)
    assert form == 1 and encoded_kind == kind and data[38:40] == b"\0\0"
    return number, data[6:38]


def encode_address(address):
    name = address[0].encode()
    return bytes([len(name)]) + name + struct.pack(">I", address[1])


def transcript_hash(generation, initiator, responder, initiator_keys, responder_keys, base_key, signed, one_time):
    return hashlib.sha256(b"".join((
        b"SecureMessenger1 X3DH transcript\0", struct.pack(">HQ", 1, generation),
        encode_address(initiator), encode_address(responder), *initiator_keys, *responder_keys, base_key,
        struct.pack(">I", signed[0]), signed[1], struct.pack(">BI", ONE_TIME_PREKEY, one_time[0]), one_time[1],
        bytes(4)))).digest()


def hkdf(key, info, length):
    prk = hmac.digest(bytes(32), key, "sha256")
    out, block = b"", b""
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:length]


def session_id(transcript):
    return hkdf(transcript, b"SecureMessenger1 session ID", 16)


def bucket(size):
    """The smallest bucket that holds one byte more than the plaintext."""
    if size >= 98304:
        return 99328
    return next(b for k in range(8, 17) for b in (1 << k, 3 << k - 1) if b > size)


def pad(text):
    return text + b"\x80" + bytes(bucket(len(text)) - len(text) - 1)


def unpad(padded):
    text, mark, zeros = padded.rpartition(b"\x80")
    assert mark and not zeros.strip(b"\0") and len(padded) == bucket(len(text))
    return text


def seal(key, text, associated):
    nonce = secrets.token_bytes(24)
    return nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(text, associated, nonce, key)


def unseal(key, sealed, associated):
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], associated, sealed[:24], key)


class Session:
    """One session of ours: the library's ratchet, and the header keys around it (Double Ratchet, section 4)."""

    def __init__(self, transcript, okm):
        self.transcript, self.root = transcript, okm[:32]
        self.initiator_header, self.responder_header = okm[32:64], okm[64:]
        self.ratchet, self.kdf = None, root_kdf()
        self.skipped = {}
        self.header_of = {}  # ratchet key: header key
        self.start_prefix = None

    async def create(self, own_secret, other_public):
        self.ratchet = await dh_ratchet.DiffieHellmanRatchet.create(
            own_secret, other_public, self.kdf, self.root, ChainKdf, b"\x02\x01", 2000)

    async def initiate(self, signed_prekey):
        await self.create(None, signed_prekey)
        self.sending_header, self.next_sending_header = self.initiator_header, self.kdf.header_keys.pop()
        self.next_receiving_header = self.responder_header
        self.own_prekey = None

    def respond(self, signed_prekey_secret):
        self.own_prekey = signed_prekey_secret
        self.next_sending_header, self.next_receiving_header = self.responder_header, self.initiator_header

    def prefix(self):
        return self.start_prefix or b"\1\1" + session_id(self.transcript)

    async def encrypt(self, text):
        key, header = await self.ratchet.next_encryption_key()
        prefix = self.prefix()
        associated = self.transcript + prefix
        sealed_header = seal(self.sending_header, header.ratchet_pub + struct.pack(
            ">II", header.previous_sending_chain_length, header.sending_chain_length), associated)
        return prefix + sealed_header + seal(key, pad(text), associated + sealed_header)

    def open_header(self, sealed, associated):
        """The header, and whether it begins a new chain."""
        for key in [*self.header_of.values(), self.next_receiving_header]:
            with contextlib.suppress(nacl.exceptions.CryptoError):
                plain = unseal(key, sealed, associated)
                return Header(plain[:32], *struct.unpack(">II", plain[32:])), key == self.next_receiving_header
        raise AssertionError("no header key opens the header")

    async def decrypt(self, envelope, prefix_size):
        associated = self.transcript + envelope[:prefix_size]
        sealed_header, body = envelope[prefix_size:prefix_size + 80], envelope[prefix_size + 80:]
        header, steps = self.open_header(sealed_header, associated)
        key = self.skipped.pop((header.ratchet_pub, header.sending_chain_length), None)
        if key is None:
            if steps and self.ratchet is None:
                await self.create(self.own_prekey, header.ratchet_pub)
            key, skipped = await self.ratchet.next_decryption_key(header)
            self.skipped.update(skipped)
        if steps:
            self.header_of[header.ratchet_pub] = self.next_receiving_header
            self.sending_header = self.next_sending_header
            self.next_receiving_header, self.next_sending_header = self.kdf.header_keys[-2:]
        self.start_prefix = None
        return unpad(unseal(key, body, associated + sealed_header))


class Other:
    """libe2ee, in a process of its own."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        print(*(w if isinstance(w, str) else w.hex() or "-" for w in words), file=self.process.stdin, flush=True)
        verdict, *answer = self.process.stdout.readline().split(" ")
        assert verdict.strip() == "ok", (words[0], verdict, answer)
        return [bytes.fromhex(word.strip("-\n")) for word in answer]

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


async def we_start(other):
    identity, signed, one_time = other.ask("bundle")
    theirs = decode_identity(identity)
    verify(theirs[0], b"SecureMessenger1 signed prekey", signed[:-64], signed[-64:])
    signed_id, signed_key = decode_prekey(signed, SIGNED_PREKEY)
    one_time_id, one_time_key = decode_prekey(one_time, ONE_TIME_PREKEY)

    me, base, generation, raw = Identity(), secrets.token_bytes(32), 1700000000001, RawHkdf()
    transcript = transcript_hash(generation, THERE, HERE, (me.signing_key, me.dh_key), theirs, x25519_public(base),
                                 (signed_id, signed_key), (one_time_id, one_time_key))
    state = agreement(me.dh_secret, bytes(32), bytes(32), b"SecureMessenger1 X3DH secrets" + transcript)
    # The library draws the base key itself, which our transcript has to know before; and it knows identity keys that
    # sign and agree at once, so it cannot check our signatures, which we have checked above.
    with mock.patch.object(x3dh.base_state.secrets, "token_bytes", lambda size: base), \
            mock.patch.object(x3dh.base_state.xeddsa, "ed25519_verify", lambda *_: True), raw.patch():
        secret, _, header = await state.get_shared_secret_active(
            x3dh.Bundle(theirs[1], signed_key, bytes(64), frozenset([one_time_key])))
    assert header.ephemeral_key == x25519_public(base) and secret == raw.okm[:32]

    session, encoded = Session(transcript, raw.okm), me.encode()
    await session.initiate(signed_key)
    session.start_prefix = (struct.pack(">BBHQH", 1, 2, 1, generation, len(encoded)) + encoded + x25519_public(base)
                            + struct.pack(">IBIH", signed_id, ONE_TIME_PREKEY, one_time_id, 0))
    return session


async def they_start(other):
    me, signed_secret, one_time_secret, raw = Identity(), secrets.token_bytes(32), secrets.token_bytes(32), RawHkdf()
    signed = encode_prekey(SIGNED_PREKEY, 5, x25519_public(signed_secret))
    other.ask("start", me.encode(), signed + me.sign(b"SecureMessenger1 signed prekey", signed),
              encode_prekey(ONE_TIME_PREKEY, 6, x25519_public(one_time_secret)))
    text = b"the first of theirs"
    envelope, = other.ask("encrypt", text)

    version, kind, suite, generation, size = struct.unpack_from(">BBHQH", envelope)
    assert (version, kind, suite) == (1, 2, 1)
    theirs = decode_identity(envelope[14:14 + size])
    base_key, rest = envelope[14 + size:46 + size], envelope[46 + size:57 + size]
    assert struct.unpack(">IBIH", rest) == (5, ONE_TIME_PREKEY, 6, 0)
    transcript = transcript_hash(generation, HERE, THERE, theirs, (me.signing_key, me.dh_key), base_key,
                                 (5, x25519_public(signed_secret)), (6, x25519_public(one_time_secret)))
    state = agreement(me.dh_secret, signed_secret, one_time_secret, b"SecureMessenger1 X3DH secrets" + transcript)
    with raw.patch():
        secret, _, _ = await state.get_shared_secret_passive(
            x3dh.Header(theirs[1], base_key, x25519_public(signed_secret), x25519_public(one_time_secret)))
    assert secret == raw.okm[:32]

    session = Session(transcript, raw.okm)
    session.respond(signed_secret)
    assert await session.decrypt(envelope, 57 + size) == text
    return session


async def converse(session, other, rng):
    """Both ways, in bursts of which some come in another order, and some do not come at all."""
    done = 0
    while done < MESSAGES:
        texts = [rng.randbytes(rng.choice([0, 5, 255, 256, 700, 70000 if done % 50 == 0 else 30]))
                 for _ in range(rng.randint(1, 6))]
        if rng.random() < 0.5:
            envelopes = [await session.encrypt(text) for text in texts]
        else:
            envelopes = [other.ask("encrypt", text)[0] for text in texts]
            texts = [(text,) for text in texts]
        sent = list(zip(texts, envelopes))
        rng.shuffle(sent)
        for text, envelope in sent[rng.randint(0, 1) if len(sent) > 1 else 0:]:
            if isinstance(text, tuple):
                assert await session.decrypt(envelope, 18) == text[0]
            else:
                assert other.ask("decrypt", envelope) == [text]
            done += 1


async def main(program):
    rng = random.Random(20240601)
    for name, start in (("they start", they_start), ("we start", we_start)):
        other = Other(program)
        session = await start(other)
        if start is we_start:
            assert other.ask("decrypt", await session.encrypt(b"the first of ours")) == [b"the first of ours"]
        answer, = other.ask("encrypt", b"an answer") if start is we_start else (None,)
        if answer:
            assert await session.decrypt(answer, 18) == b"an answer"
        else:
            assert other.ask("decrypt", await session.encrypt(b"an answer")) == [b"an answer"]
        await converse(session, other, rng)
        other.close()
        print(f"{name}: {MESSAGES} messages and more")


asyncio.run(main(sys.argv[1]))
