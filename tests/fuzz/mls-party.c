/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/mls-party.h"

#include <sodium.h>
#include <stdlib.h>

void party_expect(bool holds)
{
        if (!holds)
                abort();
}

/* xorshift64*: the same bytes in each run. */
static void fill(void *userdata, uint8_t *out, size_t size)
{
        uint64_t *state = userdata;

        for (size_t i = 0; i < size; i++) {
                *state ^= *state >> 12;
                *state ^= *state << 25;
                *state ^= *state >> 27;
                out[i] = (uint8_t)(*state * UINT64_C(0x2545f4914f6cdd1d) >> 56);
        }
}

static void member_init(PartyMember *member, unsigned number)
{
        static const char *const names[] = {"ann", "ben", "cat", "guest"};
        SigningPublicKey public_key;
        uint8_t seed[32] = {(uint8_t)number};

        member->random = 1 + number;
        member->context = (E2eeContext){
                        .fill = fill, .userdata = &member->random, .now_ms = UINT64_C(1750000000000)};
        crypto_sign_seed_keypair(public_key.bytes, member->signing_key.bytes, seed);
        member->client = (MlsClient){
                        .signing_key = &member->signing_key,
                        .credential = {.type = MLS_CREDENTIAL_BASIC, .content = mls_string(names[number])},
                        .lifetime_s = 1000000,
        };
        party_expect(mls_key_package_generate(&member->client, &member->context, &member->secrets,
                                              &member->package) == 0);
}

static void meet(Party *out)
{
        PartyMember *first = &out->members[0];
        MlsProposal adds[PARTY_MEMBERS - 1];
        MlsCommitResult result;

        for (unsigned i = 0; i < PARTY_SIZE; i++)
                member_init(&out->members[i], i);
        for (unsigned i = 1; i < PARTY_MEMBERS; i++) {
                adds[i - 1] = (MlsProposal){.type = MLS_PROPOSAL_ADD};
                party_expect(mls_decode_key_package(mls_slice_of(&out->members[i].package),
                                                    &adds[i - 1].add) == 0);
        }
        party_expect(mls_group_create(&first->client, mls_string("party"), (MlsSlice){0}, NULL,
                                      &first->context, &first->group) == 0);
        party_expect(mls_group_commit(first->group,
                                      &(MlsCommitOptions){.proposals = adds,
                                                          .proposal_count = PARTY_MEMBERS - 1},
                                      NULL, &first->context, &result) == 0);
        party_expect(mls_group_keep_commit(first->group, NULL, NULL) == 0);
        for (unsigned i = 1; i < PARTY_MEMBERS; i++) {
                PartyMember *member = &out->members[i];

                party_expect(mls_group_join(mls_slice_of(&result.welcome), mls_slice_of(&member->package),
                                            &member->secrets, (MlsSlice){0}, NULL, NULL, &member->context,
                                            &member->group) == 0);
        }
        mls_commit_result_deinit(&result);
}

/* An update proposal of member 2, which commits may refer to. */
static void propose(Party *out)
{
        MlsProposal update = {.type = MLS_PROPOSAL_UPDATE};
        MlsReceived received;
        MlsBuffer message;

        party_expect(mls_group_propose(out->members[2].group, &update, NULL, 0, NULL,
                                       &out->members[2].context, &message) == 0);
        for (unsigned i = 0; i < 2; i++) {
                party_expect(mls_group_receive(out->members[i].group, mls_slice_of(&message), NULL,
                                               &out->members[i].context, &received) == 0);
                mls_received_deinit(&received);
        }
        mls_buffer_deinit(&message);
}

const Party *party(void)
{
        static Party *only;

        if (only)
                return only;
        party_expect(sodium_init() >= 0);
        only = calloc(1, sizeof(*only));
        party_expect(only != NULL);
        meet(only);
        propose(only);
        party_expect(mls_group_encode_tree(only->members[0].group, &only->tree) == 0);
        party_expect(mls_group_encode_state(only->members[0].group, &only->state) == 0);
        return only;
}

MlsGroup *party_load(const Party *party)
{
        MlsGroup *group;

        party_expect(mls_group_decode(mls_slice_of(&party->tree), mls_slice_of(&party->state),
                                      &party->members[0].context, &group) == 0);
        return group;
}

MlsBuffer party_store(const MlsGroup *group)
{
        MlsBuffer tree, state, out;
        MLS_WRITER(writer);

        party_expect(mls_group_encode_tree(group, &tree) == 0 && mls_group_encode_state(group, &state) == 0);
        mls_write_u32(&writer, (uint32_t)tree.size);
        mls_write_slice(&writer, mls_slice_of(&tree));
        mls_write_slice(&writer, mls_slice_of(&state));
        party_expect(mls_writer_finish(&writer, &out) == 0);
        mls_buffer_deinit(&tree);
        mls_buffer_deinit(&state);
        return out;
}

MlsBuffer party_insider_message(const MlsGroup *group, MlsSlice content)
{
        static const uint8_t no_tag[MLS_HASH_SIZE];
        MlsAuthenticatedContent authenticated = {
                        .wire_format = MLS_PUBLIC_MESSAGE,
                        .content = {.sender = {.type = MLS_SENDER_MEMBER, .index = group->own_leaf},
                                    .type = content.size > 0 ? (MlsContentType)content.data[0]
                                                             : MLS_APPLICATION},
                        .auth = {.confirmation_tag = mls_slice(no_tag, sizeof(no_tag))},
        };
        Signature signature;
        MlsBuffer out;
        MLS_WRITER(framed);

        if (authenticated.content.type == MLS_APPLICATION)
                authenticated.content.type = MLS_COMMIT;
        mls_write_vector(&framed, mls_group_id(group));
        mls_write_u64(&framed, mls_group_epoch(group));
        mls_write_u8(&framed, MLS_SENDER_MEMBER);
        mls_write_u32(&framed, group->own_leaf);
        mls_write_u8(&framed, 0);
        mls_write_slice(&framed, content);
        authenticated.content.encoded = mls_written(&framed);
        party_expect(mls_sign_content(&authenticated.content, MLS_PUBLIC_MESSAGE, mls_group_context(group),
                                      &group->now.signing_key, &signature) == 0);
        authenticated.auth.signature = mls_slice(signature.bytes, sizeof(signature.bytes));
        party_expect(mls_protect_public(&authenticated, mls_group_context(group),
                                        &group->now.secrets.membership, &out) == 0);
        return out;
}

static void seal_group_info(const Party *party, const MlsGroupSecrets *secrets, MlsSlice unsigned_info,
                            MlsWriter *out)
{
        MlsSecret joiner = {{0}}, welcome_secret;
        Signature signature;
        MlsAeadKey key;

        if (secrets->joiner_secret.size == sizeof(joiner.bytes))
                memcpy(joiner.bytes, secrets->joiner_secret.data, sizeof(joiner.bytes));
        mls_welcome_secret(&joiner, &(MlsSecret){{0}}, &welcome_secret);
        mls_welcome_key(&welcome_secret, &key);
        party_expect(mls_sign_with_label(&party->members[0].signing_key, MLS_LABEL_GROUP_INFO, unsigned_info,
                                         &signature) == 0);
        mls_write_slice(out, unsigned_info);
        mls_write_vector(out, mls_slice(signature.bytes, sizeof(signature.bytes)));
        mls_write_zeros(out, MLS_AEAD_TAG_SIZE);
        mls_aead_seal(&key, (MlsSlice){0}, out->data, out->size - MLS_AEAD_TAG_SIZE, out->data);
}

bool party_insider_welcome(const Party *party, MlsSlice parts, MlsBuffer *out)
{
        const PartyMember *guest = &party->members[PARTY_GUEST];
        PartyMember random = party->members[0];
        ByteReader reader = mls_reader(parts);
        size_t size = read_u16(&reader);
        MlsSlice group_secrets = mls_slice(read_view(&reader, size), size);
        MlsWelcome welcome = {.cipher_suite = MLS_CIPHER_SUITE};
        MlsGroupSecrets decoded = {0};
        MlsKeyPackage package;
        MlsHash reference;
        HpkeInfo info;
        MLS_WRITER(sealed);
        MLS_WRITER(entry);
        MLS_WRITER(message);

        if (reader.failed)
                return false;
        if (mls_decode_group_secrets(group_secrets, &decoded) != 0)
                decoded = (MlsGroupSecrets){0};
        random.context.userdata = &random.random;
        seal_group_info(party, &decoded, mls_slice(reader.data, reader.left), &sealed);
        party_expect(mls_decode_key_package(mls_slice_of(&guest->package), &package) == 0);
        mls_key_package_reference(&package, &reference);
        mls_write_vector(&entry, mls_hash_slice(&reference));
        mls_encrypt_context(MLS_LABEL_WELCOME, mls_written(&sealed), &info);
        party_expect(mls_encrypt_with_label(&guest->secrets.init.public_key, &info, group_secrets,
                                            &random.context, &entry) == 0);
        welcome.secrets = mls_written(&entry);
        welcome.encrypted_group_info = mls_written(&sealed);
        mls_write_u16(&message, MLS_VERSION);
        mls_write_u16(&message, MLS_WELCOME);
        mls_write_welcome(&message, &welcome);
        party_expect(mls_writer_finish(&message, out) == 0);
        return true;
}
