/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/check.h"

#include <string.h>

#include "wire/limits.h"
#include "wire/username.h"

static bool is_exactly(const ProtobufCBinaryData *data, size_t size)
{
        return data->len == size;
}

static bool is_within(const ProtobufCBinaryData *data, size_t min, size_t max)
{
        return data->len >= min && data->len <= max;
}

/* A password frame with a name that is none gets ERROR_CODE_BAD_NAME, not a closed connection, so only its size counts. */
static bool is_short_text(const char *text, size_t max)
{
        return strnlen(text, max + 1) <= max;
}

static bool is_printable_ascii(const char *text, size_t max)
{
        if (!is_short_text(text, max))
                return false;
        for (const char *p = text; *p; p++)
                if (*p < 0x20 || *p > 0x7e)
                        return false;
        return true;
}

static bool check_password_parameters(const Wire__PasswordParameters *p)
{
        return p && is_exactly(&p->salt, WIRE_SALT_SIZE) && p->passes >= WIRE_PASSWORD_PASSES_MIN &&
               p->passes <= WIRE_PASSWORD_PASSES_MAX && p->memory_kib >= WIRE_PASSWORD_MEMORY_KIB_MIN &&
               p->memory_kib <= WIRE_PASSWORD_MEMORY_KIB_MAX;
}

static bool check_one_time_prekey(const Wire__OneTimePrekey *p)
{
        return p->id != 0 && is_within(&p->key, 1, WIRE_PREKEY_MAX);
}

static bool check_one_time_prekeys(Wire__OneTimePrekey **prekeys, size_t count)
{
        if (count > WIRE_ONE_TIME_PREKEYS_MAX)
                return false;
        for (size_t i = 0; i < count; i++)
                if (!check_one_time_prekey(prekeys[i]))
                        return false;
        return true;
}

static bool check_device_keys(const Wire__DeviceKeys *d)
{
        return d && is_exactly(&d->auth_public_key, WIRE_PUBLIC_KEY_SIZE) &&
               is_within(&d->identity, 1, WIRE_IDENTITY_MAX) && is_within(&d->signed_prekey, 1, WIRE_PREKEY_MAX) &&
               is_within(&d->last_resort_prekey, 1, WIRE_PREKEY_MAX) &&
               check_one_time_prekeys(d->one_time_prekeys, d->n_one_time_prekeys);
}

static bool check_upload(const Wire__UploadPrekeys *u)
{
        return is_within(&u->signed_prekey, 0, WIRE_PREKEY_MAX) &&
               is_within(&u->last_resort_prekey, 0, WIRE_PREKEY_MAX) &&
               check_one_time_prekeys(u->one_time_prekeys, u->n_one_time_prekeys);
}

static bool check_send(const Wire__Send *send)
{
        if (send->n_envelopes == 0 || send->n_envelopes > WIRE_BATCH_MAX)
                return false;
        for (size_t i = 0; i < send->n_envelopes; i++) {
                const Wire__OutgoingEnvelope *e = send->envelopes[i];

                if (!is_exactly(&e->id, WIRE_ENVELOPE_ID_SIZE) || !user_name_is_valid(e->recipient) ||
                    e->device_id == 0 || !is_within(&e->payload, 1, WIRE_PAYLOAD_MAX))
                        return false;
        }
        return true;
}

static bool check_tickets(const ProtobufCBinaryData *tickets, size_t count)
{
        if (count > WIRE_TICKETS_MAX)
                return false;
        for (size_t i = 0; i < count; i++)
                if (!is_exactly(&tickets[i], WIRE_TICKET_SIZE))
                        return false;
        return true;
}

static bool check_names(char **names, size_t count, size_t max)
{
        if (count > max)
                return false;
        for (size_t i = 0; i < count; i++)
                if (!user_name_is_valid(names[i]))
                        return false;
        return true;
}

static bool check_key_packages(const Wire__UploadKeyPackages *upload)
{
        if (upload->n_one_time > WIRE_KEY_PACKAGES_MAX || !is_within(&upload->last_resort, 0, WIRE_KEY_PACKAGE_MAX))
                return false;
        for (size_t i = 0; i < upload->n_one_time; i++)
                if (!is_within(&upload->one_time[i], 1, WIRE_KEY_PACKAGE_MAX))
                        return false;
        return true;
}

/* Epochs count up from what a peer says: none is so high that this overflows. */
static bool check_group_commit(const Wire__GroupCommit *commit)
{
        return commit->epoch < INT64_MAX && check_names(commit->added, commit->n_added, WIRE_GROUP_CHANGES_MAX) &&
               check_names(commit->removed, commit->n_removed, WIRE_GROUP_CHANGES_MAX - commit->n_added) &&
               is_within(&commit->welcome, commit->n_added > 0 ? 1 : 0,
                         commit->n_added > 0 ? WIRE_GROUP_WELCOME_MAX : 0) &&
               (commit->in_spite_of.len == 0 || is_exactly(&commit->in_spite_of, WIRE_ENVELOPE_ID_SIZE));
}

static bool check_group_send(const Wire__GroupSend *send)
{
        return is_exactly(&send->group, WIRE_GROUP_ID_SIZE) && is_exactly(&send->id, WIRE_ENVELOPE_ID_SIZE) &&
               is_within(&send->payload, 1, send->commit ? WIRE_GROUP_COMMIT_MAX : WIRE_PAYLOAD_MAX) &&
               (!send->commit || check_group_commit(send->commit));
}

/* Names are made of few characters; so are their beginnings. */
static bool is_name_part(const char *text)
{
        return is_printable_ascii(text, WIRE_USER_NAME_MAX);
}

/* An offset or size never overflows what holds it, nor a signed one of a database. */
static bool check_piece(const ProtobufCBinaryData *id, uint64_t size, uint64_t offset,
                        const ProtobufCBinaryData *data)
{
        return is_exactly(id, WIRE_BLOB_ID_SIZE) && size > 0 && size <= INT64_MAX && offset <= size &&
               is_within(data, 0, WIRE_BLOB_PIECE_MAX) && data->len <= size - offset;
}

bool check_client_frame(const Wire__ClientFrame *frame)
{
        switch (frame->body_case) {
        case WIRE__CLIENT_FRAME__BODY__NOT_SET:
        case _WIRE__CLIENT_FRAME__BODY__CASE_IS_INT_SIZE:
                return false;
        case WIRE__CLIENT_FRAME__BODY_HELLO:
                return frame->request != 0 && frame->hello->protocol_min != 0 &&
                       frame->hello->protocol_min <= frame->hello->protocol_max &&
                       is_printable_ascii(frame->hello->server_name, WIRE_SERVER_NAME_MAX) &&
                       is_printable_ascii(frame->hello->client, WIRE_CLIENT_NAME_MAX);
        case WIRE__CLIENT_FRAME__BODY_SALT_QUERY:
                return frame->request != 0 && is_short_text(frame->salt_query->user_name, WIRE_USER_NAME_MAX);
        case WIRE__CLIENT_FRAME__BODY_REGISTER_ACCOUNT:
                return frame->request != 0 && is_short_text(frame->register_account->user_name, WIRE_USER_NAME_MAX) &&
                       check_password_parameters(frame->register_account->password) &&
                       is_exactly(&frame->register_account->auth_key, WIRE_AUTH_KEY_SIZE) &&
                       is_short_text(frame->register_account->invitation_token, WIRE_INVITATION_TOKEN_MAX) &&
                       check_device_keys(frame->register_account->device);
        case WIRE__CLIENT_FRAME__BODY_LOGIN:
                return frame->request != 0 && is_short_text(frame->login->user_name, WIRE_USER_NAME_MAX) &&
                       is_exactly(&frame->login->auth_key, WIRE_AUTH_KEY_SIZE) &&
                       check_device_keys(frame->login->device);
        case WIRE__CLIENT_FRAME__BODY_AUTHENTICATE:
                return frame->request != 0 && is_short_text(frame->authenticate->user_name, WIRE_USER_NAME_MAX) &&
                       is_exactly(&frame->authenticate->signature, WIRE_SIGNATURE_SIZE);
        case WIRE__CLIENT_FRAME__BODY_UPLOAD_PREKEYS:
                return frame->request != 0 && check_upload(frame->upload_prekeys);
        case WIRE__CLIENT_FRAME__BODY_FETCH_BUNDLES:
                return frame->request != 0 && is_short_text(frame->fetch_bundles->user_name, WIRE_USER_NAME_MAX);
        case WIRE__CLIENT_FRAME__BODY_SEND:
                return frame->request != 0 && check_send(frame->send);
        case WIRE__CLIENT_FRAME__BODY_ACK:
                return true;
        case WIRE__CLIENT_FRAME__BODY_CHANGE_PASSWORD:
                return frame->request != 0 && is_exactly(&frame->change_password->old_auth_key, WIRE_AUTH_KEY_SIZE) &&
                       check_password_parameters(frame->change_password->password) &&
                       is_exactly(&frame->change_password->new_auth_key, WIRE_AUTH_KEY_SIZE);
        case WIRE__CLIENT_FRAME__BODY_DELETE_ACCOUNT:
                return frame->request != 0 && is_exactly(&frame->delete_account->auth_key, WIRE_AUTH_KEY_SIZE);
        case WIRE__CLIENT_FRAME__BODY_SET_PRESENCE:
                return frame->request != 0 &&
                       check_tickets(frame->set_presence->shown, frame->set_presence->n_shown) &&
                       check_tickets(frame->set_presence->watched, frame->set_presence->n_watched);
        case WIRE__CLIENT_FRAME__BODY_FIND_USERS:
                return frame->request != 0 && is_name_part(frame->find_users->prefix) &&
                       is_name_part(frame->find_users->after) && frame->find_users->limit >= 1 &&
                       frame->find_users->limit <= WIRE_USERS_MAX;
        case WIRE__CLIENT_FRAME__BODY_PUT_BLOB:
                return frame->request != 0 && check_piece(&frame->put_blob->id, frame->put_blob->size,
                                                          frame->put_blob->offset, &frame->put_blob->data);
        case WIRE__CLIENT_FRAME__BODY_GET_BLOB:
                return frame->request != 0 && is_exactly(&frame->get_blob->id, WIRE_BLOB_ID_SIZE) &&
                       frame->get_blob->offset <= INT64_MAX && frame->get_blob->length >= 1 &&
                       frame->get_blob->length <= WIRE_BLOB_PIECE_MAX;
        case WIRE__CLIENT_FRAME__BODY_DELETE_BLOB:
                return frame->request != 0 && is_exactly(&frame->delete_blob->id, WIRE_BLOB_ID_SIZE);
        case WIRE__CLIENT_FRAME__BODY_UPLOAD_KEY_PACKAGES:
                return frame->request != 0 && check_key_packages(frame->upload_key_packages);
        case WIRE__CLIENT_FRAME__BODY_TAKE_KEY_PACKAGES:
                return frame->request != 0 && frame->take_key_packages->n_user_names > 0 &&
                       check_names(frame->take_key_packages->user_names, frame->take_key_packages->n_user_names,
                                   WIRE_KEY_PACKAGE_USERS_MAX);
        case WIRE__CLIENT_FRAME__BODY_CREATE_GROUP:
                return frame->request != 0 && is_exactly(&frame->create_group->group, WIRE_GROUP_ID_SIZE);
        case WIRE__CLIENT_FRAME__BODY_GROUP_SEND:
                return frame->request != 0 && check_group_send(frame->group_send);
        case WIRE__CLIENT_FRAME__BODY_FETCH_GROUP:
                return frame->request != 0 && is_exactly(&frame->fetch_group->group, WIRE_GROUP_ID_SIZE) &&
                       frame->fetch_group->from_epoch <= INT64_MAX &&
                       (frame->fetch_group->after.len == 0 ||
                        is_exactly(&frame->fetch_group->after, WIRE_ENVELOPE_ID_SIZE));
        case WIRE__CLIENT_FRAME__BODY_LEAVE_GROUP:
                return frame->request != 0 && is_exactly(&frame->leave_group->group, WIRE_GROUP_ID_SIZE);
        }
        return false;
}

static bool check_error(const Wire__Error *error)
{
        return error && is_short_text(error->text, WIRE_ERROR_TEXT_MAX);
}

static bool check_bundles(const Wire__Bundles *bundles)
{
        if (bundles->n_bundles == 0 || bundles->n_bundles > WIRE_DEVICES_MAX)
                return false;
        for (size_t i = 0; i < bundles->n_bundles; i++) {
                const Wire__Bundle *b = bundles->bundles[i];

                if (b->device_id == 0 || !is_within(&b->identity, 1, WIRE_IDENTITY_MAX) ||
                    !is_within(&b->signed_prekey, 1, WIRE_PREKEY_MAX) ||
                    !is_within(&b->last_resort_prekey, 0, WIRE_PREKEY_MAX) ||
                    (b->one_time_prekey && !check_one_time_prekey(b->one_time_prekey)))
                        return false;
        }
        return true;
}

static bool check_send_result(const Wire__SendResult *result)
{
        if (result->n_stored > WIRE_BATCH_MAX || result->n_refused > WIRE_BATCH_MAX)
                return false;
        for (size_t i = 0; i < result->n_stored; i++)
                if (!is_exactly(&result->stored[i], WIRE_ENVELOPE_ID_SIZE))
                        return false;
        for (size_t i = 0; i < result->n_refused; i++)
                if (!is_exactly(&result->refused[i]->id, WIRE_ENVELOPE_ID_SIZE) ||
                    !check_error(result->refused[i]->error))
                        return false;
        return true;
}

static bool check_deliver(const Wire__Deliver *deliver)
{
        uint64_t last = 0;

        /* Ephemeral ones have no sequence, and take no part in the order. */
        if (deliver->n_envelopes == 0 || deliver->n_envelopes > WIRE_BATCH_MAX)
                return false;
        for (size_t i = 0; i < deliver->n_envelopes; i++) {
                const Wire__Envelope *e = deliver->envelopes[i];

                if ((e->sequence != 0 && e->sequence <= last) || !is_exactly(&e->id, WIRE_ENVELOPE_ID_SIZE) ||
                    !user_name_is_valid(e->sender) || e->sender_device_id == 0 ||
                    (e->group.len != 0 && !is_exactly(&e->group, WIRE_GROUP_ID_SIZE)) ||
                    !is_within(&e->payload, 1, e->group.len != 0 ? WIRE_GROUP_WELCOME_MAX : WIRE_PAYLOAD_MAX))
                        return false;
                if (e->sequence != 0)
                        last = e->sequence;
        }
        return true;
}

static bool check_taken(const Wire__KeyPackages *taken)
{
        if (taken->n_packages > WIRE_KEY_PACKAGE_USERS_MAX)
                return false;
        for (size_t i = 0; i < taken->n_packages; i++) {
                const Wire__UserKeyPackage *p = taken->packages[i];

                if (!user_name_is_valid(p->user_name) || p->device_id == 0 ||
                    !is_within(&p->package, 1, WIRE_KEY_PACKAGE_MAX))
                        return false;
        }
        return check_names(taken->missing, taken->n_missing, WIRE_KEY_PACKAGE_USERS_MAX - taken->n_packages);
}

static bool check_group_commits(const Wire__GroupCommits *commits)
{
        uint64_t last = 0;

        if (commits->n_commits > WIRE_BATCH_MAX || commits->epoch > INT64_MAX)
                return false;
        for (size_t i = 0; i < commits->n_commits; i++) {
                const Wire__StoredCommit *c = commits->commits[i];

                if (c->epoch < last || c->epoch >= commits->epoch || !is_exactly(&c->id, WIRE_ENVELOPE_ID_SIZE) ||
                    !user_name_is_valid(c->sender) || !is_within(&c->payload, 1, WIRE_GROUP_COMMIT_MAX))
                        return false;
                last = c->epoch;
        }
        return check_names(commits->members, commits->n_members, WIRE_GROUP_MEMBERS_MAX);
}

bool check_server_frame(const Wire__ServerFrame *frame)
{
        switch (frame->body_case) {
        case WIRE__SERVER_FRAME__BODY__NOT_SET:
        case _WIRE__SERVER_FRAME__BODY__CASE_IS_INT_SIZE:
                return false;
        case WIRE__SERVER_FRAME__BODY_ERROR:
                return check_error(frame->error);
        case WIRE__SERVER_FRAME__BODY_WELCOME:
                return is_exactly(&frame->welcome->challenge, WIRE_CHALLENGE_SIZE);
        case WIRE__SERVER_FRAME__BODY_SALT:
                return check_password_parameters(frame->salt->password);
        case WIRE__SERVER_FRAME__BODY_REGISTERED:
                return frame->registered->device_id != 0;
        case WIRE__SERVER_FRAME__BODY_AUTHENTICATED:
        case WIRE__SERVER_FRAME__BODY_DONE:
        case WIRE__SERVER_FRAME__BODY_PREKEY_COUNT:
        case WIRE__SERVER_FRAME__BODY_GOODBYE:
                return true;
        case WIRE__SERVER_FRAME__BODY_BUNDLES:
                return check_bundles(frame->bundles);
        case WIRE__SERVER_FRAME__BODY_SEND_RESULT:
                return check_send_result(frame->send_result);
        case WIRE__SERVER_FRAME__BODY_DELIVER:
                return check_deliver(frame->deliver);
        case WIRE__SERVER_FRAME__BODY_PRESENCE_CHANGED:
                return check_tickets(frame->presence_changed->connected, frame->presence_changed->n_connected) &&
                       check_tickets(frame->presence_changed->disconnected, frame->presence_changed->n_disconnected);
        case WIRE__SERVER_FRAME__BODY_USERS:
                return check_names(frame->users->user_names, frame->users->n_user_names, WIRE_USERS_MAX);
        case WIRE__SERVER_FRAME__BODY_BLOB_STATE:
                return is_exactly(&frame->blob_state->id, WIRE_BLOB_ID_SIZE) && frame->blob_state->stored <= INT64_MAX;
        case WIRE__SERVER_FRAME__BODY_BLOB_DATA:
                return check_piece(&frame->blob_data->id, frame->blob_data->size, frame->blob_data->offset,
                                   &frame->blob_data->data);
        case WIRE__SERVER_FRAME__BODY_KEY_PACKAGE_COUNT:
                return frame->key_package_count->left <= WIRE_KEY_PACKAGES_MAX;
        case WIRE__SERVER_FRAME__BODY_KEY_PACKAGES:
                return check_taken(frame->key_packages);
        case WIRE__SERVER_FRAME__BODY_GROUP_COMMITS:
                return check_group_commits(frame->group_commits);
        }
        return false;
}
