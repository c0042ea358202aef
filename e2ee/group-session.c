/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A group's beginning, what there is to know of it, and its stored form. */
#include "e2ee/group-session.h"

#include <errno.h>

#include "e2ee/group-rules.h"
#include "e2ee/mls/message.h"
#include "e2ee/wipe.h"

enum { STORE_FORMAT = 1 };

int group_session_wrap(MlsGroup **mls, GroupSession **out)
{
        MlsSlice id = mls_group_id(*mls);
        GroupSession *session;
        int r;

        *out = NULL;
        if (id.size != GROUP_ID_SIZE)
                return MLS_MALFORMED;
        session = calloc(1, sizeof(*session));
        if (!session)
                return -ENOMEM;
        r = group_settings_read(mls_group_extensions(*mls), &session->settings);
        if (r != 0) {
                free(session);
                return r;
        }
        memcpy(session->id.bytes, id.data, id.size);
        session->mls = *mls;
        *mls = NULL;
        *out = session;
        return 0;
}

void group_session_refresh(GroupSession *session)
{
        if (group_settings_read(mls_group_extensions(session->mls), &session->settings) != 0)
                abort(); /* the rules let no others in */
}

GroupSession *group_session_free(GroupSession *session)
{
        if (!session)
                return NULL;
        mls_group_free(session->mls);
        group_session_forget_wish(session);
        wipe_and_free(session, sizeof(*session));
        return NULL;
}

void group_session_forget_wish(GroupSession *session)
{
        mls_buffer_deinit(&session->wish);
        mls_buffer_deinit(&session->pending_changes);
        session->has_wish = false;
}

int group_session_create(const GroupSelf *self, const char *name, const E2eeContext *context,
                         GroupSession **out)
{
        __attribute__((cleanup(mls_group_freep))) MlsGroup *mls = NULL;
        __attribute__((cleanup(group_leaf_deinit))) GroupLeaf leaf = {0};
        __attribute__((cleanup(group_rules_deinit))) GroupRules rules;
        GroupSettings settings = {0};
        MLS_WRITER(extensions);
        GroupId id;
        int r;

        *out = NULL;
        group_rules_init(&rules);
        if (!group_name_is_valid(name))
                return GROUP_BAD_NAME;
        if (!group_user_name_is_valid(mls_string(self->address.name)))
                return -EINVAL;
        memcpy(settings.name, name, strlen(name));
        r = group_settings_promote(&settings, self->address.name);
        if (r == 0)
                r = group_settings_write(&settings, &extensions);
        if (r == 0)
                r = group_leaf_init(&leaf, self, context);
        if (r != 0)
                return r;
        context->fill(context->userdata, id.bytes, sizeof(id.bytes));
        r = mls_group_create(&leaf.client, mls_slice(id.bytes, sizeof(id.bytes)), mls_written(&extensions),
                             &rules.policy, context, &mls);
        if (r != 0)
                return r;
        mls_group_keep_epochs(mls, GROUP_PAST_EPOCHS);
        return group_session_wrap(&mls, out);
}

GroupId group_session_id(const GroupSession *session)
{
        return session->id;
}

uint64_t group_session_epoch(const GroupSession *session)
{
        return mls_group_epoch(session->mls);
}

bool group_session_is_active(const GroupSession *session)
{
        return mls_group_status(session->mls) == MLS_GROUP_ACTIVE;
}

const GroupSettings *group_session_settings(const GroupSession *session)
{
        return &session->settings;
}

uint32_t group_session_leaf_count(const GroupSession *session)
{
        return mls_group_leaf_count(session->mls);
}

uint32_t group_session_member_count(const GroupSession *session)
{
        return mls_group_member_count(session->mls);
}

int group_member_of(const MlsLeafNode *node, uint32_t leaf, const GroupSettings *settings, GroupMember *out)
{
        int r;

        if (!node)
                return GROUP_UNKNOWN_MEMBER;
        r = group_leaf_read(node, out);
        if (r != 0)
                return r;
        out->leaf = leaf;
        out->role = group_settings_is_admin(settings, out->address.name) ? GROUP_ROLE_ADMIN
                                                                         : GROUP_ROLE_MEMBER;
        return 0;
}

bool group_session_member_at(const GroupSession *session, uint32_t leaf, GroupMember *out)
{
        return group_member_of(mls_group_member(session->mls, leaf), leaf, &session->settings, out) == 0;
}

bool group_session_find_member(const GroupSession *session, const char *name, GroupMember *out)
{
        uint32_t leaf;

        return group_find_leaf(session->mls, name, &leaf) && group_session_member_at(session, leaf, out);
}

bool group_session_self(const GroupSession *session, GroupMember *out)
{
        return group_session_member_at(session, mls_group_own_leaf(session->mls), out);
}

void group_session_authenticator(const GroupSession *session, uint8_t out[static GROUP_AUTHENTICATOR_SIZE])
{
        MlsSecret secret;
        E2EE_WIPE(secret);

        mls_group_epoch_authenticator(session->mls, &secret);
        memcpy(out, secret.bytes, GROUP_AUTHENTICATOR_SIZE);
}

int group_session_encode_tree(const GroupSession *session, MlsBuffer *out)
{
        return mls_group_encode_tree(session->mls, out);
}

int group_session_encode_state(const GroupSession *session, MlsBuffer *out)
{
        __attribute__((cleanup(mls_buffer_deinit))) MlsBuffer state = {0};
        MLS_WRITER(writer);
        int r;

        *out = (MlsBuffer){0};
        r = mls_group_encode_state(session->mls, &state);
        if (r != 0)
                return r;
        mls_write_u8(&writer, STORE_FORMAT);
        mls_write_u8(&writer, session->is_leaving);
        mls_write_u8(&writer, session->has_wish);
        mls_write_vector(&writer, mls_slice_of(&session->wish));
        mls_write_vector(&writer, mls_slice_of(&session->pending_changes));
        mls_write_vector(&writer, mls_slice_of(&state));
        return mls_writer_finish(&writer, out);
}

/* What was stored of changes: nothing, or what can be read. */
static int keep_changes(MlsSlice stored, MlsBuffer *out)
{
        GroupChange *changes;
        size_t count;
        int r;

        if (stored.size == 0)
                return 0;
        r = group_changes_read(stored, &changes, &count);
        free(changes);
        return r != 0 ? r : mls_buffer_init(out, stored);
}

static int decode_session(MlsGroup **mls, ByteReader *head, MlsSlice wish, MlsSlice pending,
                          GroupSession **out)
{
        __attribute__((cleanup(group_session_freep))) GroupSession *session = NULL;
        GroupSettings next;
        int r;

        r = group_session_wrap(mls, &session);
        if (r != 0)
                return r < 0 ? r : MLS_MALFORMED;
        session->is_leaving = read_bool(head);
        session->has_wish = read_bool(head);
        r = keep_changes(wish, &session->wish);
        if (r == 0)
                r = keep_changes(pending, &session->pending_changes);
        if (r != 0)
                return r;
        if (head->failed || session->has_wish != (wish.size > 0) ||
            mls_group_has_pending(session->mls) != (pending.size > 0) ||
            (pending.size > 0 && !session->has_wish) ||
            (pending.size > 0 &&
             group_settings_read(mls_group_pending_extensions(session->mls), &next) != 0))
                return MLS_MALFORMED;
        *out = session;
        session = NULL;
        return 0;
}

int group_session_decode(MlsSlice tree, MlsSlice state, const E2eeContext *context, GroupSession **out)
{
        __attribute__((cleanup(mls_group_freep))) MlsGroup *mls = NULL;
        ByteReader reader = mls_reader(state), head;
        MlsSlice wish, pending, group;
        uint8_t format = read_u8(&reader);
        int r;

        *out = NULL;
        head = reader;
        read_view(&reader, 2);
        wish = mls_read_vector(&reader);
        pending = mls_read_vector(&reader);
        group = mls_read_vector(&reader);
        if (format != STORE_FORMAT || !reader_done(&reader))
                return MLS_MALFORMED;
        r = mls_group_decode(tree, group, context, &mls);
        return r != 0 ? r : decode_session(&mls, &head, wish, pending, out);
}

int group_message_peek(MlsSlice message, GroupMessageHeader *out)
{
        MlsMessageHeader header;
        int r;

        *out = (GroupMessageHeader){0};
        if (message.size > GROUP_MESSAGE_MAX)
                return MLS_TOO_LARGE;
        r = mls_peek_message(message, &header);
        if (r != 0)
                return r;
        if (header.group_id.size != GROUP_ID_SIZE)
                return MLS_WRONG_GROUP;
        memcpy(out->group.bytes, header.group_id.data, GROUP_ID_SIZE);
        out->epoch = header.epoch;
        out->is_handshake = header.type != MLS_APPLICATION;
        out->is_commit = header.type == MLS_COMMIT;
        return 0;
}

const char *group_refusal_name(int refusal)
{
        switch ((GroupRefusal)refusal) {
        case GROUP_NOT_ALLOWED:
                return "not allowed";
        case GROUP_UNKNOWN_MEMBER:
                return "unknown member";
        case GROUP_ALREADY_MEMBER:
                return "already a member";
        case GROUP_LAST_ADMIN:
                return "last administrator";
        case GROUP_BAD_NAME:
                return "bad name";
        case GROUP_WRONG_PACKAGE:
                return "wrong key package";
        case GROUP_TOO_MANY:
                return "too many";
        case GROUP_NOTHING_TO_DO:
                return "nothing to do";
        case GROUP_BAD_SETTINGS:
                return "bad settings";
        }
        return mls_refusal_name(refusal);
}
