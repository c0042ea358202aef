/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the stored form of a group. Readers of parts return 0 or -ENOMEM; the ByteReader tells what is
 * malformed. */
#include <errno.h>

#include "e2ee/mls/group-store.h"

static void read_secret(ByteReader *reader, MlsSecret *out)
{
        read_bytes(reader, out->bytes, sizeof(out->bytes));
}

static void read_pair(ByteReader *reader, DhKeyPair *out)
{
        read_bytes(reader, out->public_key.bytes, sizeof(out->public_key.bytes));
        read_bytes(reader, out->secret_key.bytes, sizeof(out->secret_key.bytes));
}

static int read_buffer(ByteReader *reader, MlsBuffer *out)
{
        return mls_buffer_init(out, mls_read_vector(reader));
}

/* So many entries, each of which takes at least this many bytes. */
static size_t read_count(ByteReader *reader, size_t width, size_t size_min, size_t max)
{
        size_t count = (size_t)read_number(reader, width);

        if (count > max || count * size_min > reader->left)
                reader->failed = true;
        return reader->failed ? 0 : count;
}

static void read_epoch_secrets(ByteReader *reader, MlsEpochSecrets *out)
{
        read_secret(reader, &out->sender_data);
        read_secret(reader, &out->exporter);
        read_secret(reader, &out->external);
        read_secret(reader, &out->confirmation);
        read_secret(reader, &out->membership);
        read_secret(reader, &out->resumption);
        read_secret(reader, &out->authenticator);
        read_secret(reader, &out->init);
}

static int read_epoch(ByteReader *reader, MlsEpochState *out)
{
        MlsSlice confirmed;
        int r;

        out->number = read_u64(reader);
        r = read_buffer(reader, &out->extensions);
        if (r != 0)
                return r;
        confirmed = mls_read_vector(reader);
        if ((confirmed.size != 0 && confirmed.size != MLS_HASH_SIZE) ||
            !mls_extensions_are_valid(mls_slice_of(&out->extensions)))
                reader->failed = true;
        else if (confirmed.size > 0)
                memcpy(out->confirmed.bytes, confirmed.data, confirmed.size);
        out->confirmed_size = reader->failed ? 0 : confirmed.size;
        read_bytes(reader, out->interim.bytes, sizeof(out->interim.bytes));
        read_bytes(reader, out->confirmation_tag.bytes, sizeof(out->confirmation_tag.bytes));
        r = read_buffer(reader, &out->context);
        if (r != 0)
                return r;
        read_epoch_secrets(reader, &out->secrets);
        r = mls_secret_tree_read(reader, &out->secret_tree);
        if (r != 0)
                return r;
        for (unsigned level = 0; level < MLS_LEVELS_MAX; level++) {
                out->keys.has[level] = read_bool(reader);
                if (out->keys.has[level])
                        read_pair(reader, &out->keys.keys[level]);
        }
        read_bytes(reader, out->signing_key.bytes, sizeof(out->signing_key.bytes));
        return 0;
}

static int read_parent(ByteReader *reader, MlsParent **out)
{
        MlsSlice hash, unmerged;
        ByteReader numbers;
        DhPublicKey key;

        mls_read_fixed_vector(reader, key.bytes, sizeof(key.bytes));
        hash = mls_read_vector(reader);
        unmerged = mls_read_vector(reader);
        if ((hash.size != 0 && hash.size != MLS_HASH_SIZE) || unmerged.size % 4 != 0)
                reader->failed = true;
        if (reader->failed)
                return 0;
        *out = mls_parent_new(&key, unmerged.size / 4);
        if (!*out)
                return -ENOMEM;
        (*out)->parent_hash_size = hash.size;
        if (hash.size > 0)
                memcpy((*out)->parent_hash.bytes, hash.data, hash.size);
        numbers = mls_reader(unmerged);
        for (size_t i = 0; i < (*out)->unmerged_count; i++)
                (*out)->unmerged[i] = read_u32(&numbers);
        return 0;
}

static int read_content(ByteReader *reader, uint32_t node, MlsNodeContent *out)
{
        MlsSlice encoded = mls_read_vector(reader);
        ByteReader inner = mls_reader(encoded);
        int r;

        *out = (MlsNodeContent){0};
        if (encoded.size == 0)
                return 0;
        if (tree_is_leaf(node)) {
                r = mls_leaf_new(encoded, &out->leaf);
                if (r > 0)
                        reader->failed = true;
                return r < 0 ? r : 0;
        }
        r = read_parent(&inner, &out->parent);
        if (r == 0 && !reader_done(&inner))
                reader->failed = true;
        return r;
}

static int read_delta(ByteReader *reader, MlsTreeDelta *out)
{
        size_t count;
        int r;

        out->leaves = read_u32(reader);
        if (out->leaves == 0 || out->leaves > MLS_LEAVES_MAX || (out->leaves & (out->leaves - 1)) != 0)
                reader->failed = true;
        count = read_count(reader, 4, 5, 2 * MLS_LEAVES_MAX);
        if (count == 0)
                return 0;
        out->changes = calloc(count, sizeof(*out->changes));
        if (!out->changes)
                return -ENOMEM;
        out->capacity = count;
        for (size_t i = 0; i < count && !reader->failed; i++) {
                out->changes[i].node = read_u32(reader);
                out->count = i + 1;
                r = read_content(reader, out->changes[i].node, &out->changes[i].content);
                if (r != 0)
                        return r;
        }
        return 0;
}

static int read_changes(ByteReader *reader, MlsTransition *out)
{
        size_t count = read_count(reader, 4, 6, 4 * MLS_LEAVES_MAX);
        uint8_t kind;
        int r;

        out->changes = calloc(count + 1, sizeof(*out->changes));
        if (!out->changes)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                kind = read_u8(reader);
                if (kind < MLS_MEMBER_ADDED || kind > MLS_MEMBER_REMOVED)
                        reader->failed = true;
                out->changes[i].kind = kind;
                out->changes[i].leaf = read_u32(reader);
                out->change_count = i + 1;
                r = read_buffer(reader, &out->changes[i].leaf_node);
                if (r != 0)
                        return r;
        }
        return 0;
}

static int read_transition(ByteReader *reader, MlsTransition *out)
{
        int r;

        r = read_delta(reader, &out->delta);
        if (r == 0)
                r = read_epoch(reader, &out->next);
        if (r == 0)
                r = read_changes(reader, out);
        if (r == 0)
                r = read_buffer(reader, &out->reinit);
        read_bytes(reader, out->message.bytes, sizeof(out->message.bytes));
        return r;
}

static int read_past(ByteReader *reader, MlsPastEpoch *out)
{
        size_t count;
        int r;

        out->number = read_u64(reader);
        r = read_buffer(reader, &out->context);
        if (r != 0)
                return r;
        read_secret(reader, &out->sender_data);
        r = mls_secret_tree_read(reader, &out->secret_tree);
        if (r != 0)
                return r;
        count = read_count(reader, 4, 5, MLS_LEAVES_MAX);
        out->leaves = calloc(count + 1, sizeof(*out->leaves));
        if (!out->leaves)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                MlsNodeContent content;

                out->leaves[i].index = read_u32(reader);
                r = read_content(reader, 0, &content);
                if (r != 0)
                        return r;
                out->leaves[i].leaf = content.leaf;
                out->leaf_count = i + 1;
        }
        return 0;
}

static int read_proposals(ByteReader *reader, MlsGroup *group)
{
        size_t count = read_count(reader, 4, MLS_HASH_SIZE + 6, MLS_CACHED_PROPOSALS_MAX);
        int r;

        group->proposals = calloc(count + 1, sizeof(*group->proposals));
        if (!group->proposals)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                MlsCachedProposal *cached = &group->proposals[i];

                read_bytes(reader, cached->reference.bytes, sizeof(cached->reference.bytes));
                cached->sender.type = (MlsSenderType)read_u8(reader);
                cached->sender.index = read_u32(reader);
                group->proposal_count = i + 1;
                r = read_buffer(reader, &cached->bytes);
                if (r != 0)
                        return r;
                if (mls_decode_proposal(mls_slice_of(&cached->bytes), &cached->proposal) != 0 ||
                    cached->sender.type < MLS_SENDER_MEMBER ||
                    cached->sender.type > MLS_SENDER_NEW_MEMBER_COMMIT)
                        reader->failed = true;
                group->proposals_size += cached->bytes.size;
        }
        group->update_count = read_count(reader, 1, 64 + 64, MLS_PENDING_UPDATES_MAX);
        for (size_t i = 0; i < group->update_count; i++) {
                read_pair(reader, &group->updates[i].pair);
                read_bytes(reader, group->updates[i].signing_key.bytes, sizeof(SigningSecretKey));
        }
        return 0;
}

static int read_pending(ByteReader *reader, MlsGroup *group)
{
        if (!read_bool(reader))
                return 0;
        group->pending = calloc(1, sizeof(*group->pending));
        return group->pending ? read_transition(reader, group->pending) : -ENOMEM;
}

static int read_history(ByteReader *reader, MlsGroup *group)
{
        size_t count = read_count(reader, 1, 8, MLS_PAST_EPOCHS_MAX);
        int r;

        for (size_t i = 0; i < count; i++) {
                group->past_count = i + 1;
                r = read_past(reader, &group->past[i]);
                if (r != 0)
                        return r;
        }
        group->psk_count = read_count(reader, 1, 8 + MLS_HASH_SIZE, MLS_PAST_PSKS_MAX);
        for (size_t i = 0; i < group->psk_count; i++) {
                group->psks[i].epoch = read_u64(reader);
                read_secret(reader, &group->psks[i].psk);
        }
        return read_buffer(reader, &group->reinit);
}

static int read_group(ByteReader *reader, MlsGroup *group)
{
        uint8_t status = read_u8(reader);
        int r;

        if (status > MLS_GROUP_REINIT)
                reader->failed = true;
        group->status = (MlsGroupStatus)status;
        group->own_leaf = read_u32(reader);
        group->past_max = read_u8(reader);
        if (group->past_max > MLS_PAST_EPOCHS_MAX)
                reader->failed = true;
        r = read_epoch(reader, &group->now);
        if (r == 0)
                r = read_proposals(reader, group);
        if (r == 0)
                r = read_pending(reader, group);
        return r != 0 ? r : read_history(reader, group);
}

/* A delta only speaks of nodes that its trees have, of each once. */
static bool delta_fits(const MlsTreeDelta *delta, const MlsTree *tree)
{
        uint32_t width = tree_width(delta->leaves > tree->leaves ? delta->leaves : tree->leaves);
        uint8_t *seen = calloc((size_t)width + 1, 1);
        bool fits = seen != NULL;

        for (size_t i = 0; fits && i < delta->count; i++) {
                uint32_t node = delta->changes[i].node;

                fits = node < width && !seen[node] &&
                       (node < tree_width(delta->leaves) || !delta->changes[i].content.any);
                if (fits)
                        seen[node] = 1;
        }
        /* What falls out of a tree that gets smaller has to be blank by then. */
        for (uint32_t node = tree_width(delta->leaves); fits && node < tree_width(tree->leaves); node++)
                fits = seen[node] || !tree->nodes[node].content.any;
        free(seen);
        return fits;
}

/* The two parts are of the same epoch. */
static bool parts_fit(MlsGroup *group)
{
        MlsGroupContext context;
        ByteReader reader = mls_reader(mls_slice_of(&group->now.context));
        const MlsHash *hash;

        mls_read_group_context(&reader, &context);
        if (!reader_done(&reader) || mls_tree_hash(&group->tree, tree_root(group->tree.leaves), &hash) != 0)
                return false;
        return mls_slice_equal(context.tree_hash, mls_hash_slice(hash)) &&
               mls_slice_equal(context.group_id, mls_slice_of(&group->id)) &&
               context.epoch == group->now.number && mls_tree_leaf(&group->tree, group->own_leaf) &&
               group->now.secret_tree.leaves == group->tree.leaves &&
               (!group->pending || delta_fits(&group->pending->delta, &group->tree));
}

static int read_tree(MlsSlice encoded, const E2eeContext *context, MlsTree *out)
{
        ByteReader reader = mls_reader(encoded);

        if (read_u8(&reader) != MLS_STORE_FORMAT)
                return MLS_MALFORMED;
        return mls_tree_decode(out, mls_slice(reader.data, reader.left), context);
}

int mls_group_decode(MlsSlice tree, MlsSlice state, const E2eeContext *context, MlsGroup **out)
{
        __attribute__((cleanup(mls_group_freep))) MlsGroup *group = NULL;
        ByteReader reader = mls_reader(state);
        uint8_t format = read_u8(&reader);
        MlsSlice id = mls_read_vector(&reader);
        int r;

        *out = NULL;
        if (reader.failed || format != MLS_STORE_FORMAT)
                return MLS_MALFORMED;
        r = mls_group_new(id, &group);
        if (r == 0)
                r = read_group(&reader, group);
        if (r == 0)
                r = read_tree(tree, context, &group->tree);
        if (r < 0)
                return r;
        if (r > 0 || !reader_done(&reader) || !parts_fit(group))
                return MLS_MALFORMED;
        *out = group;
        group = NULL;
        return 0;
}
