/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Padding to buckets, so that a ciphertext's size says little about the text's: 256 bytes, then the powers
 * of two and the halves between them (384, 512, 768, ... 98304), and 99328 for what is longer. A padded
 * plaintext is the plaintext, the byte 0x80, and zeros up to the bucket (ISO/IEC 7816-4).
 */
enum { PADDING_MIN = 256, PADDING_MAX = 97 * 1024 };

enum { PADDING_BAD = 1 };

size_t padded_size(size_t size); /* 0: beyond PADDING_MAX - 1 */
bool padding_is_bucket(size_t padded);
void padding_add(uint8_t *data, size_t size, size_t padded); /* data has room for padded bytes */
/* 0, or PADDING_BAD where data is not a padded plaintext of a bucket's size. */
int padding_remove(const uint8_t *data, size_t padded, size_t *size_out);
