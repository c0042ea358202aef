/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>

#include "e2ee/mls/key-package.h"

static const uint8_t versions[] = {0, MLS_VERSION};

/* Section 13.5: one of the fifteen values 0x0A0A, 0x1A1A, ... 0xEAEA. */
static uint16_t grease(const E2eeContext *context)
{
        uint8_t random;

        context->fill(context->userdata, &random, 1);
        return (uint16_t)(0x0a0a + 0x1010 * (random % 15));
}

static int list(MlsBuffer *out, uint16_t first, MlsSlice others, const E2eeContext *context)
{
        MLS_WRITER(writer);

        if (first != 0)
                mls_write_u16(&writer, first);
        mls_write_slice(&writer, others);
        mls_write_u16(&writer, grease(context));
        return mls_writer_finish(&writer, out);
}

int mls_leaf_template_init(MlsLeafTemplate *out, const MlsClient *client, const E2eeContext *context)
{
        int r;

        *out = (MlsLeafTemplate){0};
        if (!mls_extensions_are_valid(client->leaf_extensions) || client->extension_types.size % 2 != 0)
                return -EINVAL;
        r = list(&out->cipher_suites, MLS_CIPHER_SUITE, (MlsSlice){0}, context);
        if (r == 0)
                r = list(&out->extension_types, 0, client->extension_types, context);
        if (r == 0)
                r = list(&out->proposal_types, 0, (MlsSlice){0}, context);
        if (r == 0)
                r = list(&out->credential_types, client->credential.type, (MlsSlice){0}, context);
        if (r == 0)
                r = mls_buffer_init(&out->extensions, client->leaf_extensions);
        if (r != 0) {
                mls_leaf_template_deinit(out);
                return r;
        }
        crypto_sign_ed25519_sk_to_pk(out->signing_key.bytes, client->signing_key->bytes);
        out->leaf = (MlsLeafNode){
                        .signature_key = mls_slice(out->signing_key.bytes, sizeof(out->signing_key.bytes)),
                        .credential = client->credential,
                        .capabilities = {.versions = mls_slice(versions, sizeof(versions)),
                                         .cipher_suites = mls_slice_of(&out->cipher_suites),
                                         .extensions = mls_slice_of(&out->extension_types),
                                         .proposals = mls_slice_of(&out->proposal_types),
                                         .credentials = mls_slice_of(&out->credential_types)},
                        .extensions = mls_slice_of(&out->extensions),
        };
        return 0;
}

void mls_leaf_template_deinit(MlsLeafTemplate *leaf)
{
        mls_buffer_deinit(&leaf->extension_types);
        mls_buffer_deinit(&leaf->proposal_types);
        mls_buffer_deinit(&leaf->cipher_suites);
        mls_buffer_deinit(&leaf->credential_types);
        mls_buffer_deinit(&leaf->extensions);
}
