/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Unpacking allocates for each field, unknown ones too, so a frame of two-byte fields costs thirty times its size in
 * memory and a hundred times the usual in time. This counts the fields of an encoded message and of the messages inside
 * it, without allocating: false if there are more than a frame within wire/limits.h can have. What is not well-formed
 * is left to the unpacking. Of libwire alone.
 */
bool has_few_fields(const ProtobufCMessageDescriptor *descriptor, const uint8_t *data, size_t size);
