/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "e2ee/mls/group-state.h"

enum { MLS_STORE_FORMAT = 1 }; /* of both parts */
