/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes as bytes, for the stored form of a group. */
#include <errno.h>

#include "e2ee/group-session.h"

enum { ENCODED_MIN = 1 + 1 + 4 + 32 + 8 + 4 + 1 + 32 + 1 + 1 + 4 };

static void write_change(MlsWriter *writer, const GroupChange *change)
{
        const GroupMember *member = &change->member;

        mls_write_u8(writer, change->kind);
        mls_write_vector(writer, mls_string(member->address.name));
        mls_write_u32(writer, member->address.device_id);
        mls_write_bytes(writer, member->identity_key.bytes, sizeof(member->identity_key.bytes));
        mls_write_u64(writer, member->renewed_ms);
        mls_write_u32(writer, member->leaf);
        mls_write_u8(writer, member->role);
        mls_write_bytes(writer, change->replaced_identity_key.bytes,
                        sizeof(change->replaced_identity_key.bytes));
        mls_write_vector(writer, change->package);
        mls_write_vector(writer, mls_string(change->name));
        mls_write_u32(writer, change->number);
}

int group_changes_write(const GroupChange *changes, size_t count, MlsBuffer *out)
{
        MLS_WRITER(writer);

        mls_write_u32(&writer, (uint32_t)count);
        for (size_t i = 0; i < count; i++)
                write_change(&writer, &changes[i]);
        return mls_writer_finish(&writer, out);
}

static void read_change(ByteReader *reader, GroupChange *out)
{
        GroupMember *member = &out->member;
        unsigned kind = read_u8(reader), role;
        MlsSlice name = mls_read_vector(reader);

        if (kind < GROUP_ADD || kind > GROUP_RENEW || (name.size > 0 && !group_user_name_is_valid(name))) {
                reader->failed = true;
                return;
        }
        out->kind = (GroupChangeKind)kind;
        if (name.size > 0)
                memcpy(member->address.name, name.data, name.size);
        member->address.device_id = read_u32(reader);
        read_bytes(reader, member->identity_key.bytes, sizeof(member->identity_key.bytes));
        member->renewed_ms = read_u64(reader);
        member->leaf = read_u32(reader);
        role = read_u8(reader);
        member->role = role == GROUP_ROLE_ADMIN ? GROUP_ROLE_ADMIN : GROUP_ROLE_MEMBER;
        read_bytes(reader, out->replaced_identity_key.bytes, sizeof(out->replaced_identity_key.bytes));
        out->package = mls_read_vector(reader);
        name = mls_read_vector(reader);
        if (role > GROUP_ROLE_ADMIN || name.size > GROUP_NAME_MAX) {
                reader->failed = true;
                return;
        }
        if (name.size > 0)
                memcpy(out->name, name.data, name.size);
        if (name.size > 0 && (strlen(out->name) != name.size || !group_name_is_valid(out->name)))
                reader->failed = true;
        out->number = read_u32(reader);
}

int group_changes_read(MlsSlice bytes, GroupChange **changes, size_t *count)
{
        ByteReader reader = mls_reader(bytes);
        size_t expected = read_u32(&reader);
        GroupChange *read;

        *changes = NULL;
        *count = 0;
        if (expected > reader.left / ENCODED_MIN)
                return MLS_MALFORMED;
        read = calloc(expected + 1, sizeof(*read));
        if (!read)
                return -ENOMEM;
        for (size_t i = 0; i < expected && !reader.failed; i++)
                read_change(&reader, &read[i]);
        if (!reader_done(&reader)) {
                free(read);
                return MLS_MALFORMED;
        }
        *changes = read;
        *count = expected;
        return 0;
}
