/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The structures that come inside of others, by themselves. The first byte tells which. */
#include "e2ee/mls/group-policy.h"
#include "tests/fuzz/mls-party.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_extensions(MlsSlice input)
{
        MlsRequiredCapabilities required;
        SigningPublicKey key;
        ByteReader reader = mls_reader(input);
        MlsExtension extension;

        mls_external_sender_key(input, 1, &key);
        while (mls_next_extension(&reader, &extension))
                mls_decode_required_capabilities(extension.data, &required);
        mls_extensions_are_valid(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        MlsSlice input = mls_slice(data + 1, size > 0 ? size - 1 : 0);
        MlsAuthenticatedContent content;
        MlsGroupSecrets secrets;
        MlsKeyPackage package;
        MlsProposal proposal;
        MlsGroupInfo info;
        MlsLeafNode leaf;
        MLS_WRITER(writer);
        int r = 1;

        switch (size > 0 ? data[0] : 0) {
        case 1:
                r = mls_decode_leaf_node(input, &leaf);
                if (r == 0)
                        mls_write_leaf_node(&writer, &leaf);
                break;
        case 2:
                r = mls_decode_key_package(input, &package);
                if (r == 0)
                        mls_write_key_package(&writer, &package);
                break;
        case 3:
                r = mls_decode_proposal(input, &proposal);
                if (r == 0)
                        mls_write_proposal(&writer, &proposal);
                break;
        case 4:
                r = mls_decode_group_info(input, &info);
                if (r == 0)
                        mls_write_group_info(&writer, &info);
                break;
        case 5:
                r = mls_decode_group_secrets(input, &secrets);
                if (r == 0)
                        mls_write_group_secrets(&writer, &secrets);
                break;
        case 6:
                r = mls_decode_authenticated_content(input, &content);
                if (r == 0) {
                        mls_write_u16(&writer, content.wire_format);
                        mls_write_framed_content(&writer, &content.content);
                        mls_write_auth_data(&writer, content.content.type, &content.auth);
                }
                break;
        case 7:
                try_extensions(input);
                break;
        default:
                break;
        }
        party_expect(r != 0 || mls_slice_equal(mls_written(&writer), input));
        return 0;
}
