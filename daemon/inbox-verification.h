/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "daemon/inbox-content.h"
#include "e2ee/content.h"

/*
 * A step of comparing emoji, in the caller's transaction. A step out of its order, or about another
 * identity, changes nothing and is counted as rejected. The outbox may have something to answer.
 */
int inbox_take_verification(const InboxContext *context, const Content *content);
