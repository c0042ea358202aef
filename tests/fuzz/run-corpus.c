/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a fuzz target over every file of a folder, and over simple damage to each: every truncation of it and
 * one flipped bit in every byte. A finding is a crash, or a sanitizer's report.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_SIZE_MAX = 1 << 20, DAMAGED_SIZE_MAX = 4096 };

/* A copy of exactly this size, so that the address sanitizer sees a read past the end. */
static void run_one(const uint8_t *data, size_t size)
{
        uint8_t *copy = malloc(size ? size : 1);

        if (!copy)
                abort();
        memcpy(copy, data, size);
        LLVMFuzzerTestOneInput(copy, size);
        free(copy);
}

static int run_file(const char *folder, const char *name)
{
        static uint8_t data[FILE_SIZE_MAX];
        char path[4096];
        size_t size;
        FILE *file;

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        file = fopen(path, "re");
        if (!file) {
                fprintf(stderr, "%s: %s\n", path, strerror(errno));
                return -errno;
        }
        size = fread(data, 1, sizeof(data), file);
        fclose(file);

        run_one(data, size);
        if (size > DAMAGED_SIZE_MAX)
                return 0;
        for (size_t i = 0; i < size; i++) {
                run_one(data, i);
                data[i] ^= (uint8_t)(1u << (i % 8));
                run_one(data, size);
                data[i] ^= (uint8_t)(1u << (i % 8));
        }
        return 0;
}

int main(int argc, char **argv)
{
        struct dirent *entry;
        unsigned files = 0;
        int failed = 0;
        DIR *folder;

        if (argc != 2) {
                fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
                return 2;
        }
        folder = opendir(argv[1]);
        if (!folder) {
                fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
                return 1;
        }
        while ((entry = readdir(folder))) {
                if (entry->d_name[0] == '.')
                        continue;
                failed |= run_file(argv[1], entry->d_name) < 0;
                files++;
        }
        closedir(folder);
        printf("%u files\n", files);
        return failed || files == 0;
}
