/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "daemon/vault.h"

static const StoreKey store_key = {.bytes = {1, 2, 3}};

static void make(Vault *vault, DatabaseKey *master)
{
        PasswordParameters parameters;

        password_parameters_new(&parameters);
        randombytes_buf(master->bytes, sizeof(master->bytes));
        vault_wrap(vault, &parameters, &store_key, master);
}

static void test_round_trip(void)
{
        uint8_t encoded[VAULT_SIZE];
        DatabaseKey master, found;
        Vault vault, decoded;

        make(&vault, &master);
        vault_encode(&vault, encoded);
        g_assert_cmpint(vault_decode(encoded, sizeof(encoded), &decoded), ==, 0);
        g_assert_cmpint(vault_unwrap(&decoded, &store_key, &found), ==, 0);
        g_assert_cmpmem(found.bytes, sizeof(found.bytes), master.bytes, sizeof(master.bytes));
}

static void test_other_password(void)
{
        const StoreKey other = {.bytes = {1, 2, 4}};
        DatabaseKey master, found;
        Vault vault;

        make(&vault, &master);
        g_assert_cmpint(vault_unwrap(&vault, &other, &found), ==, VAULT_WRONG_KEY);
}

/* No single bit may change without notice: neither the wrapped key, nor what the password is hashed with. */
static void test_every_bit_counts(void)
{
        uint8_t encoded[VAULT_SIZE];
        DatabaseKey master, found;
        Vault vault, decoded;

        make(&vault, &master);
        vault_encode(&vault, encoded);
        for (size_t bit = 0; bit < 8 * VAULT_SIZE; bit++) {
                encoded[bit / 8] ^= (uint8_t)(1u << (bit % 8));
                if (vault_decode(encoded, sizeof(encoded), &decoded) == 0)
                        g_assert_cmpint(vault_unwrap(&decoded, &store_key, &found), ==, VAULT_WRONG_KEY);
                encoded[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        }
}

/* Parameters beyond the limits would exhaust the machine, or make the password cheap to guess. */
static void test_unfair_parameters(void)
{
        static const struct {
                uint32_t passes, memory_kib;
        } unfair[] = {{0, 262144},
                      {WIRE_PASSWORD_PASSES_MIN - 1, 262144},
                      {WIRE_PASSWORD_PASSES_MAX + 1, 262144},
                      {3, WIRE_PASSWORD_MEMORY_KIB_MIN - 1},
                      {3, WIRE_PASSWORD_MEMORY_KIB_MAX + 1},
                      {UINT32_MAX, UINT32_MAX}};
        uint8_t encoded[VAULT_SIZE];
        DatabaseKey master;
        Vault vault, decoded;

        make(&vault, &master);
        for (size_t i = 0; i < G_N_ELEMENTS(unfair); i++) {
                vault.parameters.passes = unfair[i].passes;
                vault.parameters.memory_kib = unfair[i].memory_kib;
                vault_encode(&vault, encoded);
                g_assert_cmpint(vault_decode(encoded, sizeof(encoded), &decoded), ==, VAULT_MALFORMED);
        }
}

static void test_other_sizes(void)
{
        uint8_t encoded[VAULT_SIZE + 1] = {0};
        DatabaseKey master;
        Vault vault, decoded;

        make(&vault, &master);
        vault_encode(&vault, encoded);
        for (size_t size = 0; size < VAULT_SIZE; size++)
                g_assert_cmpint(vault_decode(encoded, size, &decoded), ==, VAULT_MALFORMED);
        g_assert_cmpint(vault_decode(encoded, VAULT_SIZE + 1, &decoded), ==, VAULT_MALFORMED);
}

static void test_files(void)
{
        g_autofree char *folder = g_dir_make_tmp("smd-vault-XXXXXX", NULL);
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DatabaseKey master, found;
        Vault vault, read;

        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(vault_read_name(fd, VAULT_NAME, &read), ==, -ENOENT);
        make(&vault, &master);
        g_assert_cmpint(vault_write_name(fd, VAULT_NEW_NAME, &vault), ==, 0);
        g_assert_cmpint(vault_read_name(fd, VAULT_NAME, &read), ==, -ENOENT); /* not before the commit */
        g_assert_cmpint(vault_commit_name(fd, VAULT_NEW_NAME), ==, 0);
        g_assert_cmpint(vault_read_name(fd, VAULT_NAME, &read), ==, 0);
        g_assert_cmpint(vault_unwrap(&read, &store_key, &found), ==, 0);
        g_assert_cmpmem(found.bytes, sizeof(found.bytes), master.bytes, sizeof(master.bytes));

        g_assert_cmpint(unlinkat(fd, VAULT_NAME, 0), ==, 0);
        g_assert_cmpint(faccessat(fd, VAULT_NEW_NAME, F_OK, 0), <, 0);
        close(fd);
        g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_assert_cmpint(sodium_init(), >=, 0);
        g_test_add_func("/vault/round-trip", test_round_trip);
        g_test_add_func("/vault/other-password", test_other_password);
        g_test_add_func("/vault/every-bit-counts", test_every_bit_counts);
        g_test_add_func("/vault/unfair-parameters", test_unfair_parameters);
        g_test_add_func("/vault/other-sizes", test_other_sizes);
        g_test_add_func("/vault/files", test_files);
        return g_test_run();
}
