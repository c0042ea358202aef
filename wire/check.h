/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>

#include "wire/messenger.pb-c.h"

/* Hold a decoded frame to wire/limits.h; of libwire alone, called by frame_decode_*(). The body must be set. */
bool check_client_frame(const Wire__ClientFrame *frame);
bool check_server_frame(const Wire__ServerFrame *frame);
