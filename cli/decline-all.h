/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/arguments.h"

/* "decline --all": everybody who asks now, after one question. Who begins to ask meanwhile is not among them. */
ClientFailure decline_all(const Command *command);
