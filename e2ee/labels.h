/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * Every domain-separation label of libe2ee. Each is used in one place and for one thing, so that nothing made
 * for one use can stand in for another. A label never changes its meaning: a new use gets a new line.
 */

/* Ed25519 signatures: what is signed begins with label || 0x00 (e2ee/sign.h). */
#define LABEL_SIGN_IDENTITY_DH_KEY    "SecureMessenger1 identity DH key"
#define LABEL_SIGN_SIGNED_PREKEY      "SecureMessenger1 signed prekey"
#define LABEL_SIGN_LAST_RESORT_PREKEY "SecureMessenger1 last-resort prekey"
#define LABEL_SIGN_GROUP_LEAF_KEY     "SecureMessenger1 group leaf key"

/* SHA-256: the hashed bytes begin with label || 0x00. */
#define LABEL_HASH_X3DH_TRANSCRIPT "SecureMessenger1 X3DH transcript"
#define LABEL_HASH_SAS_COMMITMENT  "SecureMessenger1 emoji commitment"
#define LABEL_HASH_SAS_TRANSCRIPT  "SecureMessenger1 emoji transcript"

/* HKDF-SHA256: the info begins with the label. */
#define LABEL_HKDF_X3DH       "SecureMessenger1 X3DH secrets"
#define LABEL_HKDF_SESSION_ID "SecureMessenger1 session ID"
#define LABEL_HKDF_ROOT_STEP  "SecureMessenger1 ratchet root step"
#define LABEL_HKDF_SAS_EMOJI  "SecureMessenger1 emoji"
#define LABEL_HKDF_SAS_MACS   "SecureMessenger1 emoji confirmation keys"

/* HMAC-SHA256: the text begins with label || 0x00. */
#define LABEL_HMAC_SAS_CONFIRMATION "SecureMessenger1 emoji confirmation"
