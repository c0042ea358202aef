/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Protecting what this member sends (RFC 9420 sections 6.2 and 6.3). */
#include <errno.h>

#include "e2ee/mls/group-state.h"

int mls_group_protect(MlsGroup *group, const MlsAuthenticatedContent *content, const E2eeContext *context,
                      MlsBuffer *out)
{
        MlsRatchetKind kind = content->content.type == MLS_APPLICATION ? MLS_RATCHET_APPLICATION
                                                                       : MLS_RATCHET_HANDSHAKE;
        MlsKeyDraft draft;
        int r;

        if (content->wire_format == MLS_PUBLIC_MESSAGE)
                return mls_protect_public(content, mls_slice_of(&group->now.context),
                                          &group->now.secrets.membership, out);
        r = mls_secret_tree_next(&group->now.secret_tree, group->own_leaf, kind, &draft);
        if (r != 0)
                return r;
        r = mls_protect_private(content, &group->now.secrets.sender_data, &draft.key, draft.generation,
                                context, out);
        if (r == 0)
                r = mls_secret_tree_use(&group->now.secret_tree, &draft);
        mls_key_draft_deinit(&draft);
        if (r != 0)
                mls_buffer_deinit(out);
        return r;
}

int mls_group_seal(MlsGroup *group, const MlsFramedContent *content, MlsWireFormat wire_format,
                   const E2eeContext *context, MlsBuffer *content_out, MlsBuffer *out)
{
        MlsAuthenticatedContent authenticated = {.wire_format = wire_format, .content = *content};
        Signature signature;
        MLS_WRITER(framed);
        MLS_WRITER(whole);
        int r;

        *out = (MlsBuffer){0};
        if (content->authenticated_data.size > MLS_AUTHENTICATED_DATA_MAX)
                return MLS_TOO_LARGE;
        authenticated.content.group_id = mls_slice_of(&group->id);
        authenticated.content.epoch = group->now.number;
        authenticated.content.sender = (MlsSender){.type = MLS_SENDER_MEMBER, .index = group->own_leaf};
        mls_write_framed_content(&framed, &authenticated.content);
        if (framed.error != 0)
                return framed.error;
        authenticated.content.encoded = mls_written(&framed);
        r = mls_sign_content(&authenticated.content, wire_format, mls_slice_of(&group->now.context),
                             &group->now.signing_key, &signature);
        if (r != 0)
                return r;
        authenticated.auth.signature = mls_slice(signature.bytes, sizeof(signature.bytes));
        if (content_out) {
                mls_write_u16(&whole, wire_format);
                mls_write_slice(&whole, mls_written(&framed));
                mls_write_auth_data(&whole, content->type, &authenticated.auth);
                r = mls_writer_finish(&whole, content_out);
                if (r != 0)
                        return r;
        }
        r = mls_group_protect(group, &authenticated, context, out);
        if (r != 0 && content_out)
                mls_buffer_deinit(content_out);
        return r;
}
