/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/wiping-allocator.h"

#include <stddef.h>

#include "e2ee/wipe.h"

/* free() is not told the size, so it stands before the block. */
typedef struct Block {
        size_t size;
        _Alignas(max_align_t) uint8_t data[];
} Block;

static void *allocate(void *userdata, size_t size)
{
        Block *block;

        if (size > SIZE_MAX - sizeof(*block))
                return NULL;
        block = malloc(sizeof(*block) + size);
        if (!block)
                return NULL;
        block->size = size;
        return block->data;
}

static void release(void *userdata, void *data)
{
        Block *block;

        if (!data)
                return;
        block = (Block *)((uint8_t *)data - offsetof(Block, data));
        wipe_and_free(block, sizeof(*block) + block->size);
}

ProtobufCAllocator wiping_allocator(void)
{
        return (ProtobufCAllocator){.alloc = allocate, .free = release};
}
