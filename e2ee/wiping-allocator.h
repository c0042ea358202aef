/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <protobuf-c/protobuf-c.h>

/* An allocator for protobuf-c that wipes what it frees, so that no text stays behind in freed memory. */
ProtobufCAllocator wiping_allocator(void);
