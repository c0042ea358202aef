/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After the store is closed, nothing of what was in it is left in the memory of the process. */
#include <fcntl.h>
#include <glib.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "storage/statement.h"
#include "storage/wiping-memory.h"
#include "tests/unit/storage/folder.h"

#define _cleanup_(f) __attribute__((cleanup(f)))

enum {
        MARK_SIZE = 24,
        ROWS = 500,
        CHUNK = 1 << 16,
};

/* The mark as it is never found by accident: each byte is another one where the test itself keeps it. */
static uint8_t hidden[MARK_SIZE];

static void make_mark(char out[static MARK_SIZE + 1])
{
        for (size_t i = 0; i < MARK_SIZE; i++)
                out[i] = (char)(hidden[i] ^ 0x80);
        out[MARK_SIZE] = '\0';
}

static unsigned count_in(const uint8_t *data, size_t size)
{
        unsigned count = 0;

        for (size_t at = 0; at + MARK_SIZE <= size; at++) {
                size_t same = 0;

                while (same < MARK_SIZE && data[at + same] == (uint8_t)(hidden[same] ^ 0x80))
                        same++;
                count += same == MARK_SIZE;
        }
        return count;
}

/* In everything that is mapped for writing, but for the buffer that it is read into. */
static unsigned count_in_memory(void)
{
        static uint8_t chunk[CHUNK + MARK_SIZE];
        g_autofree char *line = NULL;
        size_t line_size = 0;
        FILE *maps = fopen("/proc/self/maps", "re");
        int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
        uint64_t start, end;
        unsigned count = 0;

        g_assert_nonnull(maps);
        g_assert_cmpint(memory, >=, 0);
        while (getline(&line, &line_size, maps) > 0) {
                if (sscanf(line, "%" SCNx64 "-%" SCNx64 " rw", &start, &end) != 2 || !strstr(line, " rw-p "))
                        continue;
                for (uint64_t at = start; at < end; at += CHUNK) {
                        ssize_t n = pread(memory, chunk, sizeof(chunk), (off_t)at);
                        gboolean is_chunk = at + sizeof(chunk) > (uintptr_t)chunk &&
                                            at < (uintptr_t)chunk + sizeof(chunk);

                        if (n > 0 && !is_chunk)
                                count += count_in(chunk, MIN((size_t)n, (size_t)(end - at)));
                }
        }
        explicit_bzero(chunk, sizeof(chunk));
        fclose(maps);
        close(memory);
        return count;
}

static void insert(Database *database)
{
        char text[MARK_SIZE + 1];

        make_mark(text);
        for (int64_t i = 0; i < ROWS; i++) {
                _cleanup_(statement_releasep) Statement *s = NULL;

                g_assert_cmpint(statement_prepare(database, &s, "INSERT INTO note (text, body) VALUES (:text, "
                                                                "zeroblob(:size))"), ==, 0);
                statement_bind_text(s, ":text", text);
                statement_bind_int64(s, ":size", i * 7);
                g_assert_cmpint(statement_run(s), ==, 0);
        }
        sodium_memzero(text, sizeof(text));
        sodium_stackzero(16384);
}

static void test_closed(void)
{
        static const DatabaseKey key = { .bytes = "thirty-two bytes of a test's key" };
        Database *database = NULL;
        Folder folder;

#ifdef __SANITIZE_ADDRESS__
        g_test_skip("the sanitizer keeps memory of its own");
        return;
#endif
        for (size_t i = 0; i < sizeof(hidden); i++)
                hidden[i] = (uint8_t)('a' + randombytes_uniform(26)) ^ 0x80;
        folder_init(&folder);
        g_assert_cmpint(database_open(folder.store, &key, DATABASE_CREATE, &database), ==, 0);
        g_assert_cmpint(database_exec(database, "CREATE TABLE note (text TEXT, body BLOB) STRICT;"
                                                "CREATE INDEX note_text ON note (text, body)"), ==, 0);
        insert(database);
        g_assert_cmpuint(count_in_memory(), >, ROWS / 2);
        database_close(database);
        g_assert_cmpuint(count_in_memory(), ==, 0);
        folder_deinit(&folder);
}

static void test_twice(void)
{
        g_assert_cmpint(wiping_memory_install(), ==, 0);
        g_assert_cmpint(wiping_memory_install(), ==, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add_func("/wiping/closed", test_closed);
        g_test_add_func("/wiping/twice", test_twice);
        return g_test_run();
}
