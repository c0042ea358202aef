/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/mls/protection.h"

#include <errno.h>

static bool binds_group_context(MlsSenderType type)
{
        return type == MLS_SENDER_MEMBER || type == MLS_SENDER_NEW_MEMBER_COMMIT;
}

/* FramedContentTBS (section 6.1). */
static void write_tbs(MlsWriter *writer, const MlsFramedContent *content, MlsWireFormat wire_format,
                      MlsSlice group_context)
{
        mls_write_u16(writer, MLS_VERSION);
        mls_write_u16(writer, wire_format);
        mls_write_slice(writer, content->encoded);
        if (binds_group_context(content->sender.type))
                mls_write_slice(writer, group_context);
}

int mls_sign_content(const MlsFramedContent *content, MlsWireFormat wire_format, MlsSlice group_context,
                     const SigningSecretKey *key, Signature *out)
{
        MLS_WRITER(tbs);

        write_tbs(&tbs, content, wire_format, group_context);
        if (tbs.error != 0)
                return tbs.error;
        return mls_sign_with_label(key, MLS_LABEL_FRAMED_CONTENT, mls_written(&tbs), out);
}

int mls_verify_content(const MlsAuthenticatedContent *content, MlsSlice group_context,
                       const SigningPublicKey *key)
{
        MLS_WRITER(tbs);

        write_tbs(&tbs, &content->content, content->wire_format, group_context);
        if (tbs.error != 0)
                return tbs.error;
        return mls_verify_with_label(key, MLS_LABEL_FRAMED_CONTENT, mls_written(&tbs),
                                     content->auth.signature);
}

void mls_proposal_reference(const MlsAuthenticatedContent *content, MlsHash *out)
{
        mls_ref_hash(MLS_LABEL_PROPOSAL_REFERENCE, content->encoded, out);
}

/* AuthenticatedContentTBM (section 6.2). */
static int membership_tag(const MlsFramedContent *content, const MlsAuthData *auth, MlsSlice group_context,
                          const MlsSecret *membership_key, MlsHash *out)
{
        MLS_WRITER(tbm);

        write_tbs(&tbm, content, MLS_PUBLIC_MESSAGE, group_context);
        mls_write_auth_data(&tbm, content->type, auth);
        if (tbm.error != 0)
                return tbm.error;

        const MlsSlice written = mls_written(&tbm);
        mls_mac(membership_key, &written, 1, out);
        return 0;
}

int mls_protect_public(const MlsAuthenticatedContent *content, MlsSlice group_context,
                       const MlsSecret *membership_key, MlsBuffer *out)
{
        MLS_WRITER(writer);
        MlsHash tag;
        int r;

        *out = (MlsBuffer){0};
        if (content->content.type == MLS_APPLICATION)
                return -EINVAL; /* section 6: application data is always encrypted */
        mls_write_u16(&writer, MLS_VERSION);
        mls_write_u16(&writer, MLS_PUBLIC_MESSAGE);
        mls_write_slice(&writer, content->content.encoded);
        mls_write_auth_data(&writer, content->content.type, &content->auth);
        if (membership_key) {
                r = membership_tag(&content->content, &content->auth, group_context, membership_key, &tag);
                if (r != 0)
                        return r;
                mls_write_vector(&writer, mls_hash_slice(&tag));
        }
        return mls_writer_finish(&writer, out);
}

int mls_check_membership(const MlsPublicMessage *message, MlsSlice group_context,
                         const MlsSecret *membership_key)
{
        MlsHash tag, given;
        int r;

        if (message->membership_tag.size != sizeof(given.bytes))
                return MLS_FORGED;
        memcpy(given.bytes, message->membership_tag.data, sizeof(given.bytes));
        r = membership_tag(&message->content, &message->auth, group_context, membership_key, &tag);
        if (r != 0)
                return r;
        return mls_hash_equal(&tag, &given) ? 0 : MLS_FORGED;
}

int mls_public_content(const MlsPublicMessage *message, MlsBuffer *out)
{
        MLS_WRITER(writer);

        mls_write_u16(&writer, MLS_PUBLIC_MESSAGE);
        mls_write_slice(&writer, message->content.encoded);
        mls_write_auth_data(&writer, message->content.type, &message->auth);
        return mls_writer_finish(&writer, out);
}
