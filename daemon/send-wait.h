/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/bus-call.h"
#include "daemon/message.h"

/* Callers of Send() that wait for what becomes of their message. */
typedef struct SendWaits SendWaits;
struct Bus;

enum { SEND_WAIT_SECONDS = 30 };

SendWaits *send_waits_new(struct Bus *bus);
SendWaits *send_waits_free(SendWaits *waits);

/* Answers the call when the message has left, has failed, or has a reason to wait; takes it over. */
void send_waits_add(SendWaits *waits, BusCall *call, uint64_t message);

void send_waits_check(SendWaits *waits, uint64_t message); /* this message changed */
void send_waits_check_all(SendWaits *waits);
void send_waits_end_all(SendWaits *waits); /* the account is being locked: they stay queued */

/* How a call of Send() is answered: as the message is now. */
int send_reply(struct Bus *bus, sd_bus_message *call, const Message *message);
