/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "daemon/vault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decodes is within the limits, and encodes to the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const StoreKey key;
        uint8_t encoded[VAULT_SIZE];
        DatabaseKey master;
        Vault vault;

        if (vault_decode(data, size, &vault) != 0)
                return 0;
        if (!password_parameters_are_fair(&vault.parameters))
                abort();
        vault_encode(&vault, encoded);
        if (size != VAULT_SIZE || memcmp(encoded, data, size) != 0)
                abort();
        (void)vault_unwrap(&vault, &key, &master);
        return 0;
}
