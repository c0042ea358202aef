/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/psk.h"

#include "e2ee/wipe.h"

void mls_read_psk_id(ByteReader *reader, MlsPskId *out)
{
        uint8_t type = read_u8(reader), usage;

        *out = (MlsPskId){0};
        if (type == MLS_PSK_EXTERNAL) {
                out->id = mls_read_vector(reader);
        } else if (type == MLS_PSK_RESUMPTION) {
                usage = read_u8(reader);
                if (usage < MLS_PSK_FOR_APPLICATION || usage > MLS_PSK_FOR_BRANCH)
                        reader->failed = true;
                out->usage = (MlsPskUsage)usage;
                out->group_id = mls_read_vector(reader);
                out->epoch = read_u64(reader);
        } else {
                reader->failed = true;
        }
        out->type = (MlsPskType)type;
        out->nonce = mls_read_vector(reader);
}

void mls_write_psk_id(MlsWriter *writer, const MlsPskId *id)
{
        mls_write_u8(writer, id->type);
        switch (id->type) {
        case MLS_PSK_EXTERNAL:
                mls_write_vector(writer, id->id);
                break;
        case MLS_PSK_RESUMPTION:
                mls_write_u8(writer, id->usage);
                mls_write_vector(writer, id->group_id);
                mls_write_u64(writer, id->epoch);
                break;
        }
        mls_write_vector(writer, id->nonce);
}

/* psk_extracted, psk_input and the next psk_secret of section 8.4. */
int mls_add_psk(MlsSecret *psk_secret, const MlsPskId *id, MlsSlice psk, unsigned index, unsigned count)
{
        static const MlsSecret zero;
        const MlsSlice so_far = mls_secret_slice(psk_secret);
        MlsSecret extracted, input, next;
        MLS_WRITER(label);
        E2EE_WIPE(extracted);
        E2EE_WIPE(input);
        E2EE_WIPE(next);

        mls_write_psk_id(&label, id);
        mls_write_u16(&label, index);
        mls_write_u16(&label, count);
        if (label.error != 0)
                return label.error;
        mls_extract(mls_secret_slice(&zero), &psk, 1, &extracted);
        mls_expand_with_label(&extracted, mls_string("derived psk"), mls_written(&label), input.bytes,
                              sizeof(input.bytes));
        mls_extract(mls_secret_slice(&input), &so_far, 1, &next);
        *psk_secret = next;
        return 0;
}
