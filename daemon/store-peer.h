/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/store.h"
#include "e2ee/peer.h"

/* The sessions with one device of a contact. Where there are none yet, an empty Peer. -EBADMSG: it makes no
 * sense. */
int store_peer_load(Store *store, int64_t contact, uint32_t device_id, Peer **out);
int store_peer_save(Store *store, int64_t contact, uint32_t device_id, const Peer *peer);
